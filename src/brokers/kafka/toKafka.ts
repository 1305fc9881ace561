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

/** Options of `toKafka`. */
export interface ToKafkaOptions<T> {
  /** The connection to Kafka: `bootstrapBrokers`, and the client's own options for TLS and SASL. */
  readonly client: KafkaClient;
  /** The name of an existing topic. */
  readonly topic: string;
  /** Encodes a value as a message. Default: JSON. */
  readonly encode?: ((value: T, delivery: Delivery<T>) => string | Uint8Array) | undefined;
  /**
   * The key of a message, which decides its partition. Default: the key of the Kafka message that the delivery came
   * from; otherwise the delivery's id.
   */
  readonly keyOf?: ((value: T, delivery: Delivery<T>) => string | undefined) | undefined;
  /** The most deliveries of one transaction, at least 1. Default 2048. */
  readonly maxBatch?: number | undefined;
  /** Receives an event when results cannot be stored, and when they can be stored again. Default: none. */
  readonly events?: WorkEvents | undefined;
  /** The timer of the waits between attempts. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** The initial maximum size of a batch of records, in bytes: half the default limit of brokers. */
const BATCH_BYTES = 524_288;
/** Milliseconds before a failed write is tried again. */
const RETRY_MS = 1000;

/** The timeout of a transaction in milliseconds. A transaction left by a dead worker blocks readers for this time. */
const TRANSACTION_MS = 10_000;

/**
 * A message for the commit of its offset. It keeps the generation of the group in which it was fetched, so that the
 * broker refuses a replaced member. The coordinator is the current one, because the earlier one may have failed.
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

/** The key of a message. It may be missing, although the client's types do not say so. */
const keyOfMessage = ({ key }: { readonly key: Buffer | null | undefined }): Buffer | undefined => key ?? undefined;

/**
 * Writes the value of each delivery to a Kafka topic. Once the broker has stored it, the delivery is settled and
 * emitted.
 *
 * ```
 * source:  --a--b-c------|
 *          toKafka({ client, topic })
 * result:  -----a----(bc)|      what comes while a transaction runs is in the next one
 * ```
 *
 * For deliveries of `kafkaHeadlines`, the results and the offsets of their messages are one transaction: exactly once.
 * If it fails, or the message now belongs to another member, the result is discarded and nothing is emitted for it: the
 * owner of the partition processes the message again. Deliveries of other sources are written by an idempotent producer
 * and then settled: at least once. If such a write fails, it is tried again every second until it succeeds, which costs
 * no attempts. A message that is too large for the broker settles its delivery with `give-up`. `events` receives
 * `stalled` when the topic accepts no results, and `resumed` when it accepts them again.
 *
 * Memory: at most what the source of the deliveries may have in flight.
 *
 * Errors: `HW_USAGE` if the client is not installed or does not support this Node version; those of `encode`, `keyOf`
 * and of the source.
 *
 * @param options `client`, `topic`, and the optional settings
 * @throws HeadwaterError `HW_USAGE` for an invalid option
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
      /** Writes the deliveries that do not come from Kafka. */
      let plain: BytesProducer | undefined;
      let working = false;
      let ended = false;
      let stalled = false;
      let batchBytes = BATCH_BYTES;

      const opened = async (): Promise<BytesProducer> =>
        (producer ??= openProducer(await loadKafka(), client, {
          // A new id: what fences a replaced member is its generation in the group.
          transactionalId: `${clientOptions(client).clientId}-${randomUUID()}`,
          timeout: TRANSACTION_MS,
        }));

      /**
       * Drops the producer, so that the next transaction opens a new one. Closing is not awaited, because its broker
       * may be unavailable.
       */
      const discard = (): void => {
        const old = producer;
        producer = undefined;
        old?.close(true).catch(() => undefined);
      };

      const stall = (error: unknown): void => {
        if (!stalled) events?.next({ type: 'stalled', to: topic, reason: reasonOf(error) });
        stalled = true;
      };

      const resume = (): void => {
        if (stalled) events?.next({ type: 'resumed', to: topic });
        stalled = false;
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

      /**
       * Handles a batch in which messages were too large. Several refused messages are tried again in smaller batches;
       * a single one is given up.
       */
      const lessen = (batch: readonly Delivery<T>[], refused: readonly OutgoingMessage[], error: unknown): void => {
        const [only] = refused;
        if (refused.length > 1 || only === undefined) {
          batchBytes = Math.max(1, Math.floor(batchBytes / 2));
          waiting.unshift(...batch);
          return;
        }
        const id = only.headers['headwater-id'];
        // The dead letter is written before the other deliveries are committed, because they wait behind it.
        batch.find((one) => one.id === id)?.settle({ type: 'give-up', reason: `${topic}: ${reasonOf(error)}` });
        waiting.unshift(...batch.filter((one) => one.id !== id));
      };

      /** Commits results and offsets in one transaction. Emits the committed deliveries. */
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
            // The last offset of each partition includes all earlier ones.
            const lasts = new Map(current.map(({ origin }) => [origin.message.partition, origin]));
            for (const origin of lasts.values()) await done(transaction.addOffset(offsetOf(origin)));
          } catch (error) {
            await done(transaction.abort());
            throw error;
          }
          await done(transaction.commit());
        } catch (error) {
          // The outcome of the transaction is uncertain, so the producer is replaced and reading restarts at the
          // broker's offsets.
          discard();
          if (isTooLarge(error)) {
            lessen(current, sent, error);
            return;
          }
          stall(error);
          first.origin.lost(reasonOf(error));
          return;
        }
        resume();
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
            stall(error);
            await firstValueFrom(timer(RETRY_MS, scheduler));
            continue;
          }
          resume();
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
