import { randomUUID } from 'node:crypto';
import type { Consumer, Message } from '@platformatic/kafka';
import type { SchedulerLike } from 'rxjs';
import type { KafkaClient } from '../KafkaClient.js';
import { answered } from './answered.js';
import { loadKafka } from './loadKafka.js';
import { MessageGroups, type OutgoingMessage, records } from './messageGroups.js';
import type { Member } from './openConsumer.js';
import { clientOptions, openTransactionalProducer, type TransactionalBytesProducer } from './openProducer.js';
import { refusesMember } from './refusesMember.js';

/** The timeout of a transaction in milliseconds. A transaction left by a dead worker blocks readers for this time. */
const TRANSACTION_MS = 10_000;

/** A message and the consumer that fetched it. */
export interface Consumed {
  readonly consumer: Consumer;
  readonly message: Message;
}

/**
 * What became of a transaction. `too-large`: the broker refused messages for their size. Nothing is stored; a single
 * refused message was told so (`refused`), and several are sent in smaller batches the next time. `refused`: the group
 * has another generation than the member. Nothing is stored.
 */
export type Outcome = 'stored' | 'too-large' | 'refused';

/**
 * A message for the commit of its offset by a member. The broker refuses a member of an earlier generation. The
 * coordinator is the current one, because the earlier one may have failed.
 */
const offsetOf = ({ consumer, message }: Consumed, member: Member): Message => ({
  ...message,
  metadata: {
    ...message.metadata,
    consumer: {
      groupId: consumer.groupId,
      ...member,
      get coordinatorId() {
        return consumer.coordinatorId;
      },
    },
  },
});

/** Stores messages and the offsets of consumed messages in one transaction. */
export class TransactionalProducer {
  readonly #client: KafkaClient;
  readonly #where: string;
  readonly #scheduler: SchedulerLike;
  #producer: TransactionalBytesProducer | undefined;
  #isClosed = false;
  /** Whether a transaction is running. */
  #isBusy = false;
  readonly #groups = new MessageGroups();

  /** @param where the name in the error of a request that is not answered */
  constructor(client: KafkaClient, where: string, scheduler: SchedulerLike) {
    this.#client = client;
    this.#where = where;
    this.#scheduler = scheduler;
  }

  /**
   * Stores messages and offsets. Once it rejects, the outcome is unknown: the caller reads the committed offsets again.
   * It does not reject if the broker refused messages for their size, unless one of them cannot be shortened further.
   *
   * @param lasts the last consumed message of each partition: all messages up to it count as processed
   * @param member the member of the group to which all these partitions belonged when the transaction was begun
   */
  async commit(messages: readonly OutgoingMessage[], lasts: readonly Consumed[], member: Member): Promise<Outcome> {
    this.#isBusy = true;
    try {
      return await this.#transact(messages, lasts, member);
    } finally {
      this.#isBusy = false;
      if (this.#isClosed) this.#drop();
    }
  }

  async #transact(messages: readonly OutgoingMessage[], lasts: readonly Consumed[], member: Member): Promise<Outcome> {
    const [first] = lasts;
    if (first === undefined) return 'stored';
    const out = await this.#opened();
    let sent: readonly OutgoingMessage[] = [];
    try {
      const transaction = await this.#answered(out.beginTransaction());
      try {
        for (sent of this.#groups.of(messages)) await this.#wanted(transaction.send({ messages: records(sent) }));
        await this.#wanted(transaction.addConsumer(first.consumer));
        out.offsets = lasts.map(({ message: { partition, offset } }) => ({ partition, offset: offset + 1n }));
        await this.#wanted(transaction.addOffset(offsetOf(first, member)));
      } catch (error) {
        // The first error says more than that of the abort. Without an abort, the transaction's timeout ends it.
        const isAborted = await this.#answered(transaction.abort()).then(
          () => true,
          () => false,
        );
        if (isAborted && refusesMember(error)) return 'refused';
        throw error;
      }
      await this.#answered(transaction.commit());
      return 'stored';
    } catch (error) {
      // The outcome of the transaction is uncertain, so the next one has a new producer.
      this.#drop();
      if (!this.#groups.refuse(sent, error)) throw error;
      return 'too-large';
    }
  }

  /** Whether it writes to the cluster of this consumer. A transaction cannot span two clusters. */
  async isWith(consumer: Consumer): Promise<boolean> {
    const clients = [await this.#opened(), consumer];
    const [own, other] = await Promise.all(clients.map((one) => this.#answered(one.metadata({ topics: [] }))));
    return own?.id === other?.id;
  }

  /**
   * Closes the connections for good. A transaction that is running is first aborted or committed: otherwise its
   * partitions would have to wait for its timeout.
   */
  close(): void {
    this.#isClosed = true;
    if (!this.#isBusy) this.#drop();
  }

  /** Closes the connections. Not awaited, because the broker may be unavailable. */
  #drop(): void {
    const old = this.#producer;
    this.#producer = undefined;
    old?.close(true).catch(() => undefined);
  }

  async #opened(): Promise<TransactionalBytesProducer> {
    const kafka = await loadKafka();
    // A producer that is opened now would never be closed.
    this.#checkOpen();
    return (this.#producer ??= openTransactionalProducer(kafka, this.#client, {
      // A new id: what fences a replaced member is its generation in the group.
      transactionalId: `${clientOptions(this.#client).clientId}-${randomUUID()}`,
      timeout: TRANSACTION_MS,
    }));
  }

  /** A step of a transaction. After it, the transaction is aborted if the producer was closed meanwhile. */
  async #wanted(step: Promise<unknown>): Promise<void> {
    await this.#answered(step);
    this.#checkOpen();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('the producer is closed');
  }

  #answered<R>(step: Promise<R>): Promise<R> {
    return answered(this.#where, step, this.#scheduler);
  }
}
