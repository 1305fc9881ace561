import type { JetStreamClient } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  asyncScheduler,
  catchError,
  defer,
  EMPTY,
  finalize,
  map,
  mergeMap,
  type OperatorFunction,
  retry,
  type SchedulerLike,
  switchMap,
  throwError,
  timer,
} from 'rxjs';
import { checkOptions, checkWhole } from '../../contracts/checkOption.js';
import type { Delivery } from '../../contracts/flow/Delivery.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import type { WorkEvents } from '../WorkEvent.js';
import { loadJetStream } from './internal/loadJetStream.js';
import { closeOwn, openConnection } from './internal/ownConnection.js';

/** Where `toJetStream` publishes, and how. */
export interface ToJetStreamOptions<T> {
  /** A connection of `@nats-io/transport-node`, left open; or what opens one, which is then closed at the end. */
  readonly connection: NatsConnection | (() => Promise<NatsConnection>);
  /** The subject, of a stream that is there. */
  readonly subject: string;
  /** The message that a value becomes. Default: JSON. */
  readonly encode?: ((value: T, delivery: Delivery<T>) => string | Uint8Array) | undefined;
  /** Messages that may be on their way at once, at least 1. Default 512. */
  readonly maxInFlight?: number | undefined;
  /** Receives an event when results cannot be stored, and when they can again. Default: none. */
  readonly events?: WorkEvents | undefined;
  /** The timer of the waits between two tries. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** Milliseconds before what was not stored is sent again; doubled each time, up to five seconds. */
const RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

/** What the server calls a message, and headers, that are larger than it takes. */
const TOO_LARGE: readonly unknown[] = [10_054, 10_097];

/** Whether this message will never be stored, so that it makes no sense to send it again. */
const isTooLarge = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'InvalidArgumentError' || ('code' in error && TOO_LARGE.includes(error.code)));

/** Refuses a subject that no stream takes: its messages would fail one by one, and good headlines with them. */
const checkSubject = async (js: JetStreamClient, subject: string): Promise<void> => {
  try {
    await (await js.jetstreamManager()).streams.find(subject);
  } catch (cause) {
    throw new HeadwaterError(
      'HW_BROKER',
      `No JetStream stream takes the subject ${subject.slice(0, 200)}: ${reasonOf(cause)}. Make a stream that lists it, or name another subject.`,
      { cause },
    );
  }
};

/**
 * Publishes the value of each delivery to NATS JetStream, settles the delivery once the server has stored it, and emits
 * it then.
 *
 * ```
 * source:  --a--b-------|
 *          toJetStream({ connection, subject })
 * result:  ----a--b-----|      each when the server has stored it; a and b are settled as done
 * ```
 *
 * A message carries the delivery's id as its `Nats-Msg-Id`: the server stores it once, however often it is published
 * within the stream's duplicate window (two minutes unless the stream says otherwise). What is published again later is
 * stored again: this is the limit of exactly once here.
 *
 * Messages are sent in the order in which they come. One that cannot be stored is sent again, after 100 ms, then 200 ms,
 * up to 5 s, until it is stored: that the stream is away for a while costs no attempt of the delivery. One that is too
 * large for the server settles its delivery with `give-up`, and nothing is emitted for it.
 *
 * Holds at most `maxInFlight` deliveries on their way, and what the source emits meanwhile: give `maxInFlight` of the
 * source as bound to it.
 *
 * Errors: `HW_USAGE` where the client is not installed; `HW_BROKER` where no stream takes the subject, or the connection
 * is closed for good; those of `encode` and of the source.
 *
 * @param options `connection`, `subject`, and what has a default
 * @throws HeadwaterError `HW_USAGE` for an option that cannot work
 * @see jetStreamHeadlines for an example
 */
export const toJetStream = <T>(options: ToJetStreamOptions<T>): OperatorFunction<Delivery<T>, Delivery<T>> => {
  checkOptions('toJetStream', options, "{ connection, subject: 'classified' }");
  const { connection, subject, maxInFlight = 512, encode = (value: T) => JSON.stringify(value) } = options;
  const { events, scheduler = asyncScheduler } = options;
  checkWhole('toJetStream', 'maxInFlight', maxInFlight, 1);
  return (source$) =>
    defer(async () => {
      const { jetstream } = await loadJetStream();
      const opened = await openConnection(connection);
      const js = jetstream(opened);
      await checkSubject(js, subject).catch(async (error: unknown) => {
        await closeOwn(opened, connection);
        throw error;
      });
      return { opened, js };
    }).pipe(
      switchMap(({ opened, js }) => {
        let stalled = false;
        const again = (error: unknown, tries: number) => {
          if (isTooLarge(error)) return throwError(() => error);
          const reason = reasonOf(error);
          if (opened.isClosed())
            return throwError(
              () =>
                new HeadwaterError(
                  'HW_BROKER',
                  `The connection to ${subject} was closed: ${reason}. Start the worker again.`,
                  { cause: error, where: subject },
                ),
            );
          if (!stalled) events?.next({ type: 'stalled', to: subject, reason });
          stalled = true;
          return timer(Math.min(RETRY_MS * 2 ** (tries - 1), LONGEST_RETRY_MS), scheduler);
        };
        return source$.pipe(
          mergeMap((delivery) => {
            const message = encode(delivery.value, delivery);
            return defer(() => js.publish(subject, message, { msgID: delivery.id })).pipe(
              retry({ delay: again }),
              map(() => {
                if (stalled) events?.next({ type: 'resumed', to: subject });
                stalled = false;
                delivery.settle({ type: 'done' });
                return delivery;
              }),
              catchError((error: unknown) => {
                if (!isTooLarge(error)) throw error;
                delivery.settle({ type: 'give-up', reason: `${subject}: ${reasonOf(error)}` });
                return EMPTY;
              }),
            );
          }, maxInFlight),
          finalize(() => void closeOwn(opened, connection)),
        );
      }),
    );
};
