import type { Message } from '@platformatic/kafka';
import type { SchedulerLike } from 'rxjs';
import { reasonOf } from '../../../contracts/reasonOf.js';
import type { KafkaHeadlinesOptions } from '../KafkaHeadlinesOptions.js';
import { DeadLetterMessage } from './DeadLetterMessage.js';
import type { Tenure } from './offsets/Tenure.js';
import type { Tenures } from './offsets/Tenures.js';
import type { CommittedConsumer, Member } from './openConsumer.js';
import { TransactionalProducer } from './TransactionalProducer.js';

/** The member of a group that reads the messages. */
export interface Reading {
  readonly consumer: CommittedConsumer;
  readonly tenures: Tenures;
  /** The address of the topic. */
  readonly source: string;
  readonly scheduler: SchedulerLike;
  isClosed(): boolean;
  member(): Member | undefined;
  /** Runs work during which nothing else is committed. */
  exclusively(work: () => Promise<void>): Promise<void>;
  /** Called when a message needs nothing more. */
  free(message: Message, id: string, tenure: Tenure, committed: boolean): void;
  /** Called when partitions are to be read again from their last commit. */
  goBack(tenures: readonly Tenure[]): void;
  /** Waits until the group, which has refused this member, has another generation. */
  rejoined(member: Member): Promise<void>;
}

/** Stores the messages that a member has given up, and that no transaction of results stores. */
export class DeadLetters {
  readonly #options: Pick<KafkaHeadlinesOptions, 'client' | 'deadLetters' | 'events'>;
  readonly #reading: Reading;
  readonly #producer: TransactionalProducer;

  constructor(options: Pick<KafkaHeadlinesOptions, 'client' | 'deadLetters' | 'events'>, reading: Reading) {
    this.#options = options;
    this.#reading = reading;
    this.#producer = new TransactionalProducer(options.client, reading.source, reading.scheduler);
  }

  /** Keeps a message as a dead letter; without a topic for dead letters, only reports it. */
  giveUp(message: Message, id: string, tenure: Tenure, reason: string): void {
    const { deadLetters, events } = this.#options;
    if (deadLetters === undefined) {
      events?.next({ type: 'dead-letter', id, reason, to: undefined });
      this.#reading.free(message, id, tenure, false);
      return;
    }
    tenure.giveUp(new DeadLetterMessage(message, id, reason, deadLetters, this.#reading.source));
    this.store();
  }

  /**
   * Stores the dead letters before which all messages are settled, and commits their offsets, in one transaction. The
   * others wait for the transaction of a result before which they come, or until the earlier messages are settled.
   */
  store(): void {
    void this.#reading.exclusively(() => this.#storeNow());
  }

  /** Reports stored dead letters, and frees their messages if the partition is still read. */
  stored(letters: readonly DeadLetterMessage[], tenure: Tenure): void {
    for (const { message, id, reason, to } of letters) {
      this.#options.events?.next({ type: 'dead-letter', id, reason, to });
      if (!this.#reading.isClosed() && !tenure.isOver) this.#reading.free(message, id, tenure, true);
    }
  }

  close(): void {
    this.#producer.close();
  }

  async #storeNow(): Promise<void> {
    const { consumer, tenures } = this.#reading;
    const letters = tenures.firstLetters;
    const member = this.#reading.member();
    if (letters.length === 0 || member === undefined || this.#reading.isClosed()) return;
    const lasts = letters.flatMap(([tenure, ones]) =>
      ones.slice(-1).map(({ message }) => ({ consumer, message: tenure.lastOf(message) })),
    );
    try {
      const outcome = await this.#producer.commit(
        letters.flatMap(([, ones]) => ones.map((letter) => letter.outgoing())),
        lasts,
        member,
      );
      if (outcome === 'stored') for (const [tenure, ones] of letters) this.stored(ones, tenure);
      else {
        if (outcome === 'refused') await this.#reading.rejoined(member);
        this.store();
      }
    } catch (error) {
      for (const [, ones] of letters)
        for (const { id } of ones) this.#options.events?.next({ type: 'unsettled', id, reason: reasonOf(error) });
      this.#reading.goBack(letters.map(([tenure]) => tenure));
    }
  }
}
