import { randomUUID } from 'node:crypto';
import type { Message } from '@platformatic/kafka';
import { asyncScheduler, firstValueFrom, Observable, type OperatorFunction, type SchedulerLike, timer } from 'rxjs';
import { checkOptions, checkWhole } from '../../contracts/checkOption.js';
import type { Delivery } from '../../contracts/flow/Delivery.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import type { WorkEvents } from '../WorkEvent.js';
import type { KafkaClient } from './KafkaClient.js';
import { isKafkaDelivery, type KafkaDelivery, type KafkaOrigin } from './KafkaDelivery.js';
import { answered } from './internal/answered.js';
import { loadKafka } from './internal/loadKafka.js';
import { isTooLarge, messageGroups, type OutgoingMessage } from './internal/messageGroups.js';
import { type BytesProducer, clientOptions, openProducer } from './internal/openProducer.js';

/** Where `toKafka` writes, and how. */
export interface ToKafkaOptions<T> {
  /** How Kafka is reached: `bootstrapBrokers`, and the client's own options for TLS and SASL. */
  readonly client: KafkaClient;
  /** The topic. It must be there. */
  readonly topic: string;
  /** The message that a value becomes. Default: JSON. */
  readonly encode?: ((value: T, delivery: Delivery<T>) => string | Uint8Array) | undefined;
  /**
   * The key of a message, which decides its partition. Default: that of the message it was made of; else the delivery's
   * id.
   */
  readonly keyOf?: ((value: T, delivery: Delivery<T>) => string | undefined) | undefined;
  /** Deliveries that one transaction may hold, at least 1. Default 2048. */
  readonly maxBatch?: number | undefined;
  /** Receives an event when results cannot be stored, and when they can again. Default: none. */
  readonly events?: WorkEvents | undefined;
  /** The timer of the waits between two tries. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** The most bytes of one batch of records, at first: half of what brokers take unless they say otherwise. */
const BATCH_BYTES = 524_288;
/** Milliseconds before what was not written is written again. */
const RETRY_MS = 1000;

/** Milliseconds that a transaction may take; one that is left behind by a dead worker holds up its readers so long. */
const TRANSACTION_MS = 10_000;

/**
 * A message whose offset is committed in the generation of the group that it was fetched in, so that a member that was
 * replaced is refused; but at the broker that coordinates the group now, since the one of then may have died.
 */
const offsetOf = ({ consumer, message }: KafkaOrigin): Message => ({
  ...message,
  metadata: {
    ...message.metadata,
    consumer: {
      ...(message.metadata['consumer'] as object),
      get coordinatorId() {
        return consumer.coordinatorId;
      },
    },
  },
});

/** A message's key, which it may be without though the client's types do not say so. */
const keyOfMessage = ({ key }: { readonly key: Buffer | null | undefined }): Buffer | undefined => key ?? undefined;

/**
 * Writes the value of each delivery to a Kafka topic, settles the delivery once the broker has it, and emits it then.
 *
 * ```
 * source:  --a--b-c------|
 *          toKafka({ client, topic })
 * result:  -----a----(bc)|      what comes while a transaction runs is in the next one
 * ```
 *
 * For deliveries of `kafkaHeadlines`, the results and the offsets of their messages are one transaction: exactly once.
 * Where it fails, or the message belongs to another member by now, the result is withdrawn and nothing is emitted for
 * it: whoever owns the partition works on it again. Deliveries of other sources are written by an idempotent producer
 * and settled after that: at least once. What cannot be written for a while is written again each second, and costs no
 * attempt. A message that is too large for the broker settles its delivery with `give-up`.
 *
 * Holds at most what the source of the deliveries may have in flight.
 *
 * Errors: `HW_USAGE` where the client is not installed or does not support this Node; those of `encode`, `keyOf` and of
 * the source.
 *
 * @param options `client`, `topic`, and what has a default
 * @throws HeadwaterError `HW_USAGE` for an option that cannot work
 * @see kafkaHeadlines for an example
 */
export const toKafka = <T>(options: ToKafkaOptions<T>): OperatorFunction<Delivery<T>, Delivery<T>> => {
  checkOptions('toKafka', options, "{ client, topic: 'classified' }");
  const { client, topic, keyOf, maxBatch = 2048, encode = (value: T) => JSON.stringify(value) } = options;
  const { events, scheduler = asyncScheduler } = options;
  checkWhole('toKafka', 'maxBatch', maxBatch, 1);

  return (source$) =>
    new Observable((subscriber) => {
      const waiting: Delivery<T>[] = [];
      let producer: BytesProducer | undefined;
      /** Writes what came from elsewhere than Kafka. */
      let plain: BytesProducer | undefined;
      let working = false;
      let ended = false;
      let stalled = false;
      let batchBytes = BATCH_BYTES;

      const opened = async (): Promise<BytesProducer> =>
        (producer ??= openProducer(await loadKafka(), client, {
          // Of its own: what fences a member that was replaced is its generation in the group.
          transactionalId: `${clientOptions(client).clientId}-${randomUUID()}`,
          timeout: TRANSACTION_MS,
        }));

      /** The next transaction has a producer of its own. Nothing waits for the old one, whose broker may be away. */
      const discard = (): void => {
        const old = producer;
        producer = undefined;
        old?.close(true).catch(() => undefined);
      };

      const done = <R>(step: Promise<R>): Promise<R> => answered(topic, step, scheduler);

      const messageOf = (delivery: Delivery<T>): OutgoingMessage => {
        const value = encode(delivery.value, delivery);
        const own = keyOf?.(delivery.value, delivery);
        const key =
          own !== undefined
            ? Buffer.from(own)
            : ((isKafkaDelivery(delivery) ? keyOfMessage(delivery.origin.message) : undefined) ??
              Buffer.from(delivery.id));
        return { topic, key, value: Buffer.from(value), headers: { 'headwater-id': delivery.id } };
      };

      /** What becomes of deliveries of which some messages were too large, together or the only one of them. */
      const lessen = (batch: readonly Delivery<T>[], refused: readonly OutgoingMessage[], error: unknown): void => {
        const [only] = refused;
        if (refused.length > 1 || only === undefined) {
          batchBytes = Math.max(1, Math.floor(batchBytes / 2));
          waiting.unshift(...batch);
          return;
        }
        const id = only.headers['headwater-id'];
        // The dead letter is written before the others are committed: they wait for their turn behind it.
        batch.find((one) => one.id === id)?.settle({ type: 'give-up', reason: `${topic}: ${reasonOf(error)}` });
        waiting.unshift(...batch.filter((one) => one.id !== id));
      };

      /** Results and offsets together. Emits what has been committed. */
      const transact = async (batch: readonly KafkaDelivery<T>[]): Promise<void> => {
        const current = batch.filter(({ origin }) => origin.isCurrent());
        const [first] = current;
        if (first === undefined) return;
        const out = await opened();
        let sent: readonly OutgoingMessage[] = [];
        try {
          const transaction = await done(out.beginTransaction());
          try {
            for (sent of messageGroups(current.map(messageOf), batchBytes))
              await done(transaction.send({ messages: [...sent] }));
            await done(transaction.addConsumer(first.origin.consumer));
            // The last of each partition stands for those before it.
            const lasts = new Map(current.map(({ origin }) => [origin.message.partition, origin]));
            for (const origin of lasts.values()) await done(transaction.addOffset(offsetOf(origin)));
          } catch (error) {
            await done(transaction.abort());
            throw error;
          }
          await done(transaction.commit());
        } catch (error) {
          // What became of the transaction is not known for sure: a new producer, and the broker says where to go on.
          discard();
          if (isTooLarge(error)) {
            lessen(current, sent, error);
            return;
          }
          first.origin.lost(reasonOf(error));
          return;
        }
        for (const delivery of current) {
          delivery.origin.committed();
          subscriber.next(delivery);
        }
      };

      const write = async (batch: readonly Delivery<T>[]): Promise<void> => {
        const out = (plain ??= openProducer(await loadKafka(), client));
        let rest = batch;
        while (rest.length > 0 && !subscriber.closed) {
          const [group = []] = messageGroups(rest.map(messageOf), batchBytes);
          try {
            await out.send({ messages: [...group] });
          } catch (error) {
            if (isTooLarge(error)) {
              lessen(rest, group, error);
              return;
            }
            if (!stalled) events?.next({ type: 'stalled', to: topic, reason: reasonOf(error) });
            stalled = true;
            await firstValueFrom(timer(RETRY_MS, scheduler));
            continue;
          }
          if (stalled) events?.next({ type: 'resumed', to: topic });
          stalled = false;
          for (const delivery of rest.slice(0, group.length)) {
            delivery.settle({ type: 'done' });
            subscriber.next(delivery);
          }
          rest = rest.slice(group.length);
        }
      };

      const work = async (): Promise<void> => {
        while (waiting.length > 0 && !subscriber.closed) {
          const batch = waiting.splice(0, maxBatch);
          const own = batch.filter(isKafkaDelivery);
          const others = batch.filter((delivery) => !isKafkaDelivery(delivery));
          const [first] = own;
          if (first !== undefined) await first.origin.exclusively(() => transact(own));
          if (others.length > 0) await write(others);
        }
      };

      const start = (): void => {
        if (working) return;
        working = true;
        work().then(
          () => {
            working = false;
            if (waiting.length > 0) start();
            else if (ended) subscriber.complete();
          },
          (error: unknown) => subscriber.error(error),
        );
      };

      subscriber.add(() => {
        waiting.length = 0;
        discard();
        void plain?.close(true).catch(() => undefined);
      });
      const sourced = source$.subscribe({
        next: (delivery) => {
          waiting.push(delivery);
          start();
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => {
          ended = true;
          if (!working) subscriber.complete();
        },
      });
      subscriber.add(sourced);
    });
};
