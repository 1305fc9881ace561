import type { NatsConnection } from '@nats-io/transport-node';
import {
  asyncScheduler,
  catchError,
  defer,
  EMPTY,
  finalize,
  from,
  map,
  mergeMap,
  type OperatorFunction,
  retry,
  type SchedulerLike,
  switchMap,
  throwError,
  timer,
} from 'rxjs';
import { checkOptions, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import type { Delivery } from '../../contracts/flow/Delivery.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { checkText } from '../internal/checkText.js';
import type { WorkEvents } from '../WorkEvent.js';
import { checkConnection } from './internal/checkConnection.js';
import { checkSubject } from './internal/checkSubject.js';
import { closedConnection } from './internal/closedConnection.js';
import { isTooLarge } from './internal/isTooLarge.js';
import { loadJetStream } from './internal/loadJetStream.js';
import { messageId } from './internal/messageId.js';
import { closeOwn, openConnection } from './internal/ownConnection.js';

/** Options of `toJetStream`. */
export interface ToJetStreamOptions<T> {
  /**
   * A connection of `@nats-io/transport-node`, which stays open; or a function that opens one, which is closed at the
   * end.
   */
  readonly connection: NatsConnection | (() => Promise<NatsConnection>);
  /** A subject of an existing stream. */
  readonly subject: string;
  /** Encodes a value as a message. Default: JSON. */
  readonly encode?: ((value: T, delivery: Delivery<T>) => string | Uint8Array) | undefined;
  /** The most messages that may be sent and not yet confirmed, at least 1. Default 512. */
  readonly maxInFlight?: number | undefined;
  /** Receives an event when results cannot be stored, and when they can be stored again. Default: none. */
  readonly events?: WorkEvents | undefined;
  /** The timer of the waits between attempts. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike | undefined;
}

/** Milliseconds before a message that was not stored is sent again; doubled each time, up to five seconds. */
const RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

/**
 * Publishes the value of each delivery to NATS JetStream. Once the server has stored it, the delivery is settled as
 * done and emitted.
 *
 * ```marbles drawn
 * source:  --a--b-------|
 *          toJetStream({ connection, subject })
 * result:  ----a--b-----|      each when the server has stored it; a and b are settled as done
 * ```
 *
 * The `Nats-Msg-Id` of a message consists of the subject, and of the group and the id of the delivery. The server
 * stores a message once, however often it is published within the stream's duplicate window (two minutes by default).
 * A message that is published again later is stored again: exactly once is limited to this window.
 *
 * Messages are sent in the order of their arrival. A message that cannot be stored is sent again, after 100 ms, then
 * 200 ms, up to 5 s, until it is stored. An unavailable stream therefore costs no attempts of the delivery. A message
 * that is too large for the server settles its delivery with `give-up`, and nothing is emitted for it.
 *
 * Memory: at most `maxInFlight` unconfirmed deliveries, and what the source emits in the meantime. The `maxInFlight` of
 * the source limits that.
 *
 * Errors: `HW_USAGE` if the client is not installed; `HW_BROKER` if no stream has the subject, or the connection is
 * permanently closed; those of `encode` and of the source.
 *
 * @param options `connection`, `subject`, and the optional settings
 * @throws HeadwaterError `HW_USAGE` for an invalid option
 *
 * @example
 * ```ts
 * import { connect } from '@nats-io/transport-node';
 * import type { Observable } from 'rxjs';
 * import type { Delivery } from 'headwater';
 * import { toJetStream } from 'headwater/nats';
 *
 * const connection = () => connect({ servers: 'nats://127.0.0.1:4222' });
 * // Each delivery is settled when its result is stored.
 * export const store = (result$: Observable<Delivery<{ title: string; category: string }>>) =>
 *   result$.pipe(toJetStream({ connection, subject: 'classified' }));
 * ```
 */
export const toJetStream = <T>(options: ToJetStreamOptions<T>): OperatorFunction<Delivery<T>, Delivery<T>> => {
  checkOptions('toJetStream', options, "{ connection, subject: 'classified' }");
  const { connection, subject, maxInFlight = 512, encode = (value: T) => JSON.stringify(value) } = options;
  const { events, scheduler = asyncScheduler } = options;
  checkConnection('toJetStream', connection);
  checkTypes('toJetStream', options, { subject: 'string' });
  checkText('toJetStream', 'subject', subject);
  checkWhole('toJetStream', 'maxInFlight', maxInFlight, 1);
  return (source$) =>
    defer(async () => {
      const { jetstream } = await loadJetStream();
      const opened = await openConnection(connection);
      const js = jetstream(opened);
      await checkSubject(js, subject, { events, server: opened.getServer(), scheduler }).catch(
        async (error: unknown) => {
          await closeOwn(opened, connection);
          throw error;
        },
      );
      return { opened, js };
    }).pipe(
      switchMap(({ opened, js }) => {
        let stalled = false;
        const again = (error: unknown, tries: number) => {
          if (isTooLarge(error)) return throwError(() => error);
          const reason = reasonOf(error);
          if (opened.isClosed())
            return from(closedConnection(opened, subject)).pipe(switchMap((closed) => throwError(() => closed)));
          if (!stalled) events?.next({ type: 'stalled', to: subject, reason });
          stalled = true;
          return timer(Math.min(RETRY_MS * 2 ** (tries - 1), LONGEST_RETRY_MS), scheduler);
        };
        return source$.pipe(
          mergeMap((delivery) => {
            const message = encode(delivery.value, delivery);
            return defer(() => js.publish(subject, message, { msgID: messageId(subject, delivery) })).pipe(
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
