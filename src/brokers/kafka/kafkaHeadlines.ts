import type { KafkaHeadlinesOptions } from './KafkaHeadlinesOptions.js';
import { asyncScheduler, firstValueFrom, Observable, timer } from 'rxjs';
import { checkOptions, checkTime, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../contracts/live/Live.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { checkText } from '../internal/checkText.js';
import { connectionAdvice } from '../internal/connectionAdvice.js';
import { checkClient } from './internal/checkClient.js';
import { lostOnce } from './internal/offsets/lostOnce.js';
import { loadKafka } from './internal/loadKafka.js';
import { KafkaSession } from './internal/KafkaSession.js';
import type { KafkaClient } from './KafkaClient.js';
import type { KafkaDelivery } from './KafkaDelivery.js';

/** Reading fails after more failures in a row than this. A failed member that had done work counts as the first. */
const MOST_FAILURES = 5;
/** Milliseconds before a failed member is replaced. */
const REST_MS = 1000;

/**
 * Refuses static membership. Workers share their options, and would have the same id: each would take the place of the
 * other (`FENCED_INSTANCE_ID`), again and again. A worker leaves its group at its end, so the id would be of no use.
 */
const checkMembership = (client: KafkaClient & { readonly groupInstanceId?: unknown }): void => {
  if (client.groupInstanceId !== undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      'kafkaHeadlines: the client has the option groupInstanceId, and static membership is not supported: ' +
        'workers with the same id would remove each other from the group. Leave the option out.',
    );
};

/**
 * Emits the headlines of a Kafka topic as deliveries. The offset of a message is committed once its delivery is settled
 * as done; otherwise the message is delivered again.
 *
 * ```marbles drawn
 * topic:         --a--b--x------      x: a message that is no headline
 *                kafkaHeadlines({ client, topic, group })
 * deliveries:    --a--b---------      never completes
 * dead letters:  --------x------
 * ```
 *
 * All workers of a group share the partitions. Within a partition, messages keep their order. With `toKafka` at the
 * end, each result and the offset of its message are one transaction: exactly once, for consumers that read committed
 * messages. With any other sink, offsets are committed up to the first unsettled message, every half second and at the
 * end: at least once.
 *
 * Rebalances are cooperative (KIP-429): when a member joins or leaves, few partitions move, and the others are read on.
 * When a partition goes to another member, its unsettled deliveries can no longer be settled here. The new owner begins
 * at the committed offset, and waits for running transactions (KIP-447). A member that was suspended and resumes
 * therefore repeats nothing: the broker refuses its transaction.
 *
 * A message is a JSON object in the format of `headlineJson`, or a title as plain text. Any other message is given up
 * at once. When a message is settled as `retry`, its partition is read again from the last commit after a short wait;
 * after `maxAttempts` the message is given up. A message that is given up goes to `deadLetters`, with the reason and
 * the origin in its headers; the dead letter and the offset of its message are one transaction.
 *
 * A partition without a committed offset is read from its first message. If messages were deleted from the topic before
 * they were read, `events` receives `lost`, and reading goes on at the first message that is left.
 *
 * Memory: at most `maxInFlight` messages, and what the client has fetched in advance.
 *
 * A member that loses its group and does not rejoin it is replaced by a new one.
 *
 * Errors: `HW_USAGE` if the client is not installed or does not support this Node version; `HW_BROKER` if the group
 * cannot be joined, there is no topic `deadLetters`, or six members in a row failed, of which at most the first had
 * done any work.
 *
 * @param options `client`, `topic`, `group`, and the optional settings
 * @throws HeadwaterError `HW_USAGE` for an invalid option
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
  const { scheduler = asyncScheduler } = options;
  const events = options.events && lostOnce(options.events);
  checkClient('kafkaHeadlines', options.client);
  checkMembership(options.client);
  checkTypes('kafkaHeadlines', options, { topic: 'string', group: 'string', deadLetters: 'string' });
  checkText('kafkaHeadlines', 'topic', topic);
  checkText('kafkaHeadlines', 'group', options.group);
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
        const member = (session = new KafkaSession(kafka, { ...options, events }, (delivery) =>
          subscriber.next(delivery),
        ));
        try {
          await member.run();
          return;
        } catch (error) {
          hasJoined ||= member.hasJoined;
          failures = member.hasWorked ? 1 : failures + 1;
          if (!hasJoined || failures > MOST_FAILURES) throw error;
          // A member that has lost its group is replaced by a new one.
          events?.next({ type: 'unreadable', from: topic, reason: reasonOf(error) });
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
                `The topic ${topic} cannot be read: ${reasonOf(cause)}. ` +
                  connectionAdvice(cause, "Check the brokers' addresses and the topic's name."),
                { cause },
              ),
        );
      },
    );
    return () => void session?.close();
  });
};
