import { asyncScheduler, firstValueFrom, Observable, type SchedulerLike, timer } from 'rxjs';
import { checkOptions, checkTime, checkWhole } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import type { Valve } from '../../contracts/flow/Valve.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import type { WorkEvents } from '../WorkEvent.js';
import { loadKafka } from './internal/loadKafka.js';
import { KafkaSession } from './internal/KafkaSession.js';
import type { KafkaClient } from './KafkaClient.js';
import type { KafkaDelivery } from './KafkaDelivery.js';

/** How often in a row a member may fail that has done no work. */
const MOST_FAILURES = 5;
/** Milliseconds before another takes the place of one that has failed. */
const REST_MS = 1000;

/** What `kafkaHeadlines` reads, and how. */
export interface KafkaHeadlinesOptions {
  /** How Kafka is reached: `bootstrapBrokers`, and the client's own options for TLS and SASL. */
  readonly client: KafkaClient;
  /** The topic. It must be there. */
  readonly topic: string;
  /** The consumer group that all workers share. */
  readonly group: string;
  /**
   * After how many milliseconds without a heartbeat this member's share goes to the others. Default 10,000; the broker
   * has bounds of its own (6 s to 30 min unless it says otherwise).
   */
  readonly sessionTimeout?: number | undefined;
  /** Messages that may be held and not settled, at least 1. Default 4096. */
  readonly maxInFlight?: number | undefined;
  /** How many times a message is delivered before it is given up, at least 1. Default 5. */
  readonly maxAttempts?: number | undefined;
  /** The topic that dead letters go to. Default: none, and they are only told. */
  readonly deadLetters?: string | undefined;
  /** While it is closed, no message is emitted and soon no more is fetched; heartbeats go on. Default: always open. */
  readonly valve?: Valve | undefined;
  /** Receives the events other than headlines. Default: none. */
  readonly events?: WorkEvents | undefined;
  /** The clock of `seen`, and the timer of commits. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/**
 * Emits the headlines of a Kafka topic, each as a delivery: its offset is committed once it is settled as done, and it
 * is delivered again where it is not.
 *
 * ```
 * topic       --a--b--{------     {: a message that is no headline
 *             kafkaHeadlines({ client, topic, group })
 * deliveries  --x--y---------     never completes
 * dead letters --------j-----
 * ```
 *
 * All workers of a group share the partitions. Within a partition messages keep their order. With `toKafka` at the end,
 * each result and the offset of its message are one transaction: exactly once, for consumers that read committed
 * messages. With any other sink offsets are committed up to the first message that is not settled, every half second
 * and at the end: at least once.
 *
 * A share that goes to another member takes with it what is in hand: these deliveries can be settled no more. The new
 * owner begins at the committed offset, and waits for transactions that are under way (KIP-447). So a member that was
 * stopped and wakes repeats nothing: the broker refuses its transaction.
 *
 * A message is a JSON object as `headlineJson` has it, or a title as plain text. One that is neither is given up at
 * once. Settled as `retry`, everything after the last commit is read again, after a moment; after `maxAttempts` the
 * message is given up. What is given up goes to `deadLetters`, with the reason and the place in its headers, before a
 * later message is committed.
 *
 * Holds at most `maxInFlight` messages, and what the client has fetched ahead.
 *
 * A member that loses its group, and does not come back to it, is replaced by a new one.
 *
 * Errors: `HW_USAGE` where the client is not installed or does not support this Node; `HW_BROKER` where the group
 * cannot be joined, or six members in a row were lost without work done.
 *
 * @param options `client`, `topic`, `group`, and what has a default
 * @throws HeadwaterError `HW_USAGE` for an option that cannot work
 *
 * @example
 * ```ts
 * import { classifyLive, type ClassifyLiveOptions, microBatch, throughDeliveries } from 'headwater';
 * import { kafkaHeadlines, toKafka } from 'headwater/kafka';
 *
 * const client = { bootstrapBrokers: ['127.0.0.1:9092'] };
 * export const work = (options: ClassifyLiveOptions) =>
 *   kafkaHeadlines({ client, topic: 'headlines', group: 'news' }).pipe(
 *     microBatch({ maxSize: 64, maxWaitMs: 5 }),
 *     throughDeliveries(classifyLive(options)),
 *     toKafka({ client, topic: 'classified' }),
 *   );
 * ```
 */
export const kafkaHeadlines = (options: KafkaHeadlinesOptions): Observable<KafkaDelivery<LiveHeadline>> => {
  checkOptions('kafkaHeadlines', options, "{ client, topic: 'headlines', group: 'news' }");
  const { topic, sessionTimeout = 10_000, maxInFlight = 4096, maxAttempts = 5 } = options;
  const { events, scheduler = asyncScheduler } = options;
  checkTime('kafkaHeadlines', 'sessionTimeout', sessionTimeout);
  checkWhole('kafkaHeadlines', 'maxInFlight', maxInFlight, 1);
  checkWhole('kafkaHeadlines', 'maxAttempts', maxAttempts, 1);
  return new Observable((subscriber) => {
    let session: KafkaSession | undefined;
    const reading = async (): Promise<void> => {
      const kafka = await loadKafka();
      let hasJoined = false;
      let failures = 0;
      while (!subscriber.closed) {
        const member = (session = new KafkaSession(kafka, options, (delivery) => subscriber.next(delivery)));
        try {
          await member.run();
          return;
        } catch (error) {
          hasJoined ||= member.hasJoined;
          failures = member.hasWorked ? 1 : failures + 1;
          if (!hasJoined || failures > MOST_FAILURES) throw error;
          // A member that has lost its group is given up for a new one.
          events?.next({ type: 'unsettled', id: topic, reason: reasonOf(error) });
          void member.close();
          await firstValueFrom(timer(REST_MS, scheduler));
        }
      }
    };
    reading().then(
      () => subscriber.complete(),
      (cause: unknown) => {
        subscriber.error(
          cause instanceof HeadwaterError
            ? cause
            : new HeadwaterError(
                'HW_BROKER',
                `The topic ${topic} cannot be read: ${reasonOf(cause)}. Check the brokers' addresses and the topic's name.`,
                { cause },
              ),
        );
      },
    );
    return () => void session?.close();
  });
};
