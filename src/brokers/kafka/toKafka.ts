import type { Consumer } from '@platformatic/kafka';
import {
  asyncScheduler,
  firstValueFrom,
  Observable,
  type OperatorFunction,
  type SchedulerLike,
  take,
  timer,
} from 'rxjs';
import { checkOptions, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import type { Delivery } from '../../contracts/flow/Delivery.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { checkText } from '../internal/checkText.js';
import type { WorkEvents } from '../WorkEvent.js';
import type { KafkaClient } from './KafkaClient.js';
import { isKafkaDelivery, type KafkaDelivery } from './KafkaDelivery.js';
import { answered } from './internal/answered.js';
import { BatchSize } from './internal/BatchSize.js';
import { checkClient } from './internal/checkClient.js';
import { committable, sortByConsumer } from './internal/offsets/committable.js';
import { loadKafka } from './internal/loadKafka.js';
import { MessageGroups, type OutgoingMessage, records } from './internal/messageGroups.js';
import { type BytesProducer, openProducer } from './internal/openProducer.js';
import type { TopicMessage } from './internal/TopicMessage.js';
import { TransactionalProducer } from './internal/TransactionalProducer.js';

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

/** Milliseconds before a failed write is tried again. */
const RETRY_MS = 1000;

/**
 * Writes the value of each delivery to a Kafka topic. Once the broker has stored it, the delivery is settled and
 * emitted.
 *
 * ```marbles drawn
 * source:  --a--b-c------|
 *          toKafka({ client, topic })
 * result:  -----a----(bc)|      what comes while a transaction runs is in the next one
 * ```
 *
 * For deliveries of `kafkaHeadlines` on the same cluster, the results and the offsets of their messages are one
 * transaction: exactly once. A transaction holds no delivery whose partition has an earlier message that is not
 * settled: this delivery waits. If a transaction fails, or the message now belongs to another member, the result is
 * discarded and nothing is emitted for it: the owner of the partition processes the message again. Deliveries of other
 * sources are written by an idempotent producer and then settled: at least once. If such a write fails, it is tried
 * again every second until it succeeds, which costs no attempts. A message that is too large for the broker settles its
 * delivery with `give-up`. `events` receives `stalled` when the topic accepts no results, and `resumed` when it accepts
 * them again.
 *
 * Memory: at most what the source of the deliveries may have in flight.
 *
 * Errors: `HW_USAGE` if the client is not installed or does not support this Node version; those of `encode`, `keyOf`
 * and of the source.
 *
 * @param options `client`, `topic`, and the optional settings
 * @throws HeadwaterError `HW_USAGE` for an invalid option
 *
 * @example
 * ```ts
 * import type { Observable } from 'rxjs';
 * import type { Delivery } from 'headwater';
 * import { toKafka } from 'headwater/kafka';
 *
 * const client = { bootstrapBrokers: ['127.0.0.1:9092'] };
 * // Each delivery is settled when its result is stored. Results of a class are in one partition.
 * export const store = (result$: Observable<Delivery<{ title: string; category: string }>>) =>
 *   result$.pipe(toKafka({ client, topic: 'classified', keyOf: ({ category }) => category }));
 * ```
 */
export const toKafka = <T>(options: ToKafkaOptions<T>): OperatorFunction<Delivery<T>, Delivery<T>> => {
  checkOptions('toKafka', options, "{ client, topic: 'classified' }");
  const { client, topic, keyOf, maxBatch = 2048, encode = (value: T) => JSON.stringify(value) } = options;
  const { events, scheduler = asyncScheduler } = options;
  checkClient('toKafka', client);
  checkTypes('toKafka', options, { topic: 'string' });
  checkText('toKafka', 'topic', topic);
  checkWhole('toKafka', 'maxBatch', maxBatch, 1);

  return (source$) =>
    new Observable((subscriber) => {
      const waiting: Delivery<T>[] = [];
      const transactions = new TransactionalProducer(client, topic, scheduler);
      /** Whether the messages of a consumer are on the cluster of the results. */
      const isNear = new WeakMap<Consumer, boolean>();
      /** Writes the deliveries that cannot be part of a transaction. */
      let plain: BytesProducer | undefined;
      const groups = new MessageGroups();
      const batchSize = new BatchSize(maxBatch);
      let working = false;
      let ended = false;
      let stalled = false;
      /** The number of deliveries that wait until earlier messages of their partitions are settled. */
      let held = 0;

      const isOver = (): boolean => subscriber.closed;

      const stall = (error: unknown): void => {
        if (!stalled) events?.next({ type: 'stalled', to: topic, reason: reasonOf(error) });
        stalled = true;
      };

      const resume = (): void => {
        if (stalled) events?.next({ type: 'resumed', to: topic });
        stalled = false;
      };

      const messageOf = (delivery: Delivery<T>): OutgoingMessage => {
        const value = encode(delivery.value, delivery);
        const own = keyOf?.(delivery.value, delivery);
        const consumed: TopicMessage | undefined = isKafkaDelivery(delivery) ? delivery.origin.message : undefined;
        const key = own === undefined ? (consumed?.key ?? Buffer.from(delivery.id)) : Buffer.from(own);
        return {
          topic,
          key,
          value: Buffer.from(value),
          headers: { 'headwater-id': delivery.id },
          refused: (error) => delivery.settle({ type: 'give-up', reason: `${topic}: ${reasonOf(error)}` }),
        };
      };

      /** Keeps deliveries of one consumer until one of its messages is settled. */
      const hold = (deliveries: readonly KafkaDelivery<T>[]): void => {
        const [first] = deliveries;
        if (first === undefined) return;
        held += deliveries.length;
        const goOn = (): void => {
          held -= deliveries.length;
          waiting.push(...deliveries);
          start();
        };
        subscriber.add(first.origin.changed$.pipe(take(1)).subscribe({ complete: goOn }));
      };

      /**
       * Commits results, the dead letters before them, and offsets in one transaction. Emits the committed deliveries.
       */
      const transact = async (batch: readonly KafkaDelivery<T>[]): Promise<void> => {
        const { now, lasts, later } = committable(batch.filter(({ origin }) => origin.isCurrent()));
        hold(later);
        const [first] = now;
        const member = first?.origin.member();
        if (first === undefined || member === undefined) return;
        const messages = [...lasts.flatMap((origin) => origin.deadLetters()), ...now.map(messageOf)];
        const offsets = lasts.map((origin) => ({ consumer: origin.consumer, message: origin.last() }));
        const begun = scheduler.now();
        try {
          const outcome = await transactions.commit(messages, offsets, member);
          if (outcome !== 'stored') {
            // After a rebalance, this reader may still have some of the partitions: their results are written then.
            if (outcome === 'refused') await first.origin.rejoined(member);
            waiting.unshift(...now);
            return;
          }
        } catch (error) {
          batchSize.failed();
          stall(error);
          for (const last of lasts) last.lost(reasonOf(error));
          return;
        }
        batchSize.wrote(now.length, scheduler.now() - begun);
        resume();
        for (const delivery of now) {
          delivery.origin.committed();
          subscriber.next(delivery);
        }
      };

      /** Whether results and offsets can be one transaction. Waits while the brokers are unavailable. */
      const isTransactional = async (consumer: Consumer): Promise<boolean> => {
        while (!isNear.has(consumer) && !subscriber.closed) {
          try {
            isNear.set(consumer, await transactions.isWith(consumer));
          } catch (error) {
            stall(error);
            await firstValueFrom(timer(RETRY_MS, scheduler));
          }
        }
        return isNear.get(consumer) === true;
      };

      const write = async (batch: readonly Delivery<T>[]): Promise<void> => {
        let rest = batch;
        while (rest.length > 0 && !subscriber.closed) {
          const kafka = await loadKafka();
          // Closed in the meantime: a producer that is opened now would never be closed.
          if (isOver()) return;
          const out = (plain ??= openProducer(kafka, client));
          const [group = []] = groups.of(rest.map(messageOf));
          const begun = scheduler.now();
          try {
            await answered(topic, out.send({ messages: records(group) }), scheduler);
          } catch (error) {
            if (groups.refuse(group, error)) {
              if (group.length === 1) rest = rest.slice(1);
              continue;
            }
            // The producer may wait for ever for an answer that was lost, so the next attempt has another one.
            plain = undefined;
            out.close(true).catch(() => undefined);
            batchSize.failed();
            stall(error);
            await firstValueFrom(timer(RETRY_MS, scheduler));
            continue;
          }
          batchSize.wrote(group.length, scheduler.now() - begun);
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
          const batch = waiting.splice(0, batchSize.size);
          const { byConsumer, others } = sortByConsumer(batch);
          for (const own of byConsumer) {
            const [{ origin }] = own;
            if (await isTransactional(origin.consumer)) await origin.exclusively(() => transact(own));
            else await write(own);
          }
          await write(others);
        }
      };

      const start = (): void => {
        if (working) return;
        working = true;
        work().then(
          () => {
            working = false;
            if (waiting.length > 0) start();
            else if (ended && held === 0) subscriber.complete();
          },
          (error: unknown) => subscriber.error(error),
        );
      };

      subscriber.add(() => {
        waiting.length = 0;
        transactions.close();
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
          if (!working && held === 0) subscriber.complete();
        },
      });
      subscriber.add(sourced);
    });
};
