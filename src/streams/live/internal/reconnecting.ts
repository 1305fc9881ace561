import { catchError, Observable, retry, switchMap, throwError, timer, type SchedulerLike } from 'rxjs';
import { HeadwaterError, type ErrorCode } from '../../../contracts/HeadwaterError.js';
import type { SourceEvents } from '../../../contracts/live/Live.js';
import type { Valve } from '../../../contracts/flow/Valve.js';
import { LONGEST_TIMER } from '../../../contracts/runtime/longestTimer.js';
import { whenOpen } from '../../pacing/internal/whenOpen.js';
import { ConnectionLost } from '../../bodies/http/faults/ConnectionLost.js';
import type { CheckedReconnectOptions } from '../ReconnectOptions.js';
import { failure, tellEvents, type Tell } from './tellEvents.js';

/** The options of a source that reconnects. */
export interface Reconnecting extends CheckedReconnectOptions {
  /** The name of the source in events. */
  readonly source: string;
  readonly events: SourceEvents | undefined;
  readonly valve: Valve | undefined;
  readonly scheduler: SchedulerLike;
}

/**
 * One connection: emits its values, fails with `ConnectionLost` to be re-established, and completes when the source has
 * ended.
 *
 * @param tell receives the events of the connection; `healthyMs` is counted from `opened`
 */
export type Connect<T> = (tell: Tell) => Observable<T>;

/**
 * The codes of an answer that is not the stream. Once the stream has been open, such an answer is temporary: a server
 * that is being replaced answers 404, and a site under maintenance with a page.
 */
const REFUSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'HW_HTTP_STATUS',
  'HW_HTTP_REDIRECTS',
  'HW_FEED',
  'HW_ADDRESS',
]);

/** Connections that the server ends in order after each delivery do not raise the wait above that of this failure. */
const SERVED_ATTEMPT = 3;

/**
 * Opens a connection, and reopens it whenever it is lost.
 *
 * ```
 * connections  a-b-#------c-#---d-e      '#': ConnectionLost
 * waits             ~~~~~~   ~~~         drawn below a bound that doubles, and is reset after `healthyMs`
 * result       a-b--------c-----d-e
 * ```
 *
 * No connection is made while the valve is closed. Before each wait, the event `failed` is sent with the length of the
 * wait. An error other than `ConnectionLost`, and the last of `maxAttempts` failures in a row, ends the stream. An
 * answer that is not the stream ends it too, unless the stream has been open before.
 */
export const reconnecting = <T>(
  connect: Connect<T>,
  { source, events, valve, scheduler, waits, healthyMs, maxAttempts }: Reconnecting,
): Observable<T> =>
  new Observable((subscriber) => {
    const tellAll = tellEvents(events, source, scheduler, subscriber);
    const waitMs = waits(scheduler.now());
    let failures = 0;
    let openedAt: number | undefined;
    let wasOpen = false;
    const tell: Tell = (happening) => {
      if (happening.type === 'opened') {
        openedAt = scheduler.now();
        wasOpen = true;
      }
      tellAll(happening);
    };

    const again = (cause: unknown): Observable<unknown> => {
      const error =
        wasOpen && cause instanceof HeadwaterError && REFUSED.has(cause.code) ? new ConnectionLost(cause) : cause;
      if (!(error instanceof ConnectionLost)) return throwError(() => error);
      if (openedAt !== undefined && scheduler.now() - openedAt >= healthyMs) failures = 0;
      openedAt = undefined;
      failures++;
      if (error.served) failures = Math.min(failures, SERVED_ATTEMPT);
      if (failures >= maxAttempts) return throwError(() => error.error);
      const ms = Math.min(LONGEST_TIMER, error.atLeastMs + waitMs(failures));
      tellAll(failure(error.error, ms));
      return timer(ms, scheduler);
    };

    return whenOpen(valve)
      .pipe(
        switchMap(() => connect(tell)),
        retry({ delay: again }),
        catchError((error: unknown) => {
          tellAll(failure(error, undefined));
          return throwError(() => error);
        }),
      )
      .subscribe(subscriber);
  });
