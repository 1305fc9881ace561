import { catchError, Observable, retry, switchMap, throwError, timer, type SchedulerLike } from 'rxjs';
import type { SourceEvents } from '../../../contracts/live/Live.js';
import type { Valve } from '../../../contracts/flow/Valve.js';
import { LONGEST_TIMER } from '../../../contracts/runtime/longestTimer.js';
import { whenOpen } from '../../pacing/internal/whenOpen.js';
import { ConnectionLost } from '../../bodies/http/faults/ConnectionLost.js';
import type { CheckedReconnectOptions } from '../ReconnectOptions.js';
import { failure, tellEvents, type Tell } from './tellEvents.js';

/** What a source that is connected again and again needs to know. */
export interface Reconnecting extends CheckedReconnectOptions {
  /** What it is called in events. */
  readonly source: string;
  readonly events: SourceEvents | undefined;
  readonly valve: Valve | undefined;
  readonly scheduler: SchedulerLike;
}

/**
 * One connection: emits what it brings; errs with `ConnectionLost` where it is to be made again, and completes where
 * the source is over.
 *
 * @param tell takes what happens meanwhile; with `opened` its health begins
 */
export type Connect<T> = (tell: Tell) => Observable<T>;

/**
 * Makes a connection, and makes it again whenever it is lost.
 *
 * ```
 * connections  a-b-#------c-#---d-e      '#': ConnectionLost
 * waits             ~~~~~~   ~~~         drawn below a bound that doubles, and begins anew after a while of health
 * result       a-b--------c-----d-e
 * ```
 *
 * No connection is made while the valve is closed. Before each wait `failed` is told with its length. An error other
 * than `ConnectionLost`, and the last of `maxAttempts` failures in a row, ends the stream.
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
    const tell: Tell = (happening) => {
      if (happening.type === 'opened') openedAt = scheduler.now();
      tellAll(happening);
    };

    const again = (error: unknown): Observable<unknown> => {
      if (!(error instanceof ConnectionLost)) return throwError(() => error);
      if (openedAt !== undefined && scheduler.now() - openedAt >= healthyMs) failures = 0;
      openedAt = undefined;
      failures++;
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
