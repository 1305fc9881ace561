import { Observable, type OperatorFunction } from 'rxjs';
import { takeUntilClosed } from '../../../contracts/flow/takeUntilClosed.js';
import type { Valve } from '../../../contracts/flow/Valve.js';
import { Fifo } from '../../flow/internal/Fifo.js';
import { ValveHold } from '../../flow/internal/ValveHold.js';

/** Options of `mapInFlight`. */
export interface InFlightOptions {
  /** The most values that are processed at once. */
  readonly most: number;
  /** Held while that many values are processed. */
  readonly valve: Valve | undefined;
}

/** One value that is being processed. */
interface Flight<R> {
  readonly results: R[];
  /** How it ended; undefined while it runs. */
  ended: { readonly error?: unknown } | undefined;
}

/**
 * Projects each value to an Observable, with a few of them running at once, and emits their results in the order of the
 * source.
 *
 * ```
 * source:       abcd----|
 * mapInFlight((value) => of(value).pipe(delay(3)), { most: 2, valve })
 * result:       ---ab-cd|        c starts when a has ended, d when b has
 * valve closed:  xxxxx
 * ```
 *
 * Holds at most `most` running values with their results, and the values that arrive before the source stops: the rest
 * of its present chunk. An error of the source comes after the results of the values before it. An error of a
 * projection comes after that value's results, and no later value is started.
 *
 * @param project makes the Observable of a value; it is subscribed to at once
 */
export const mapInFlight =
  <T, R>(
    project: (value: T, index: number) => Observable<R>,
    { most, valve }: InFlightOptions,
  ): OperatorFunction<T, R> =>
  (source) =>
    new Observable((subscriber) => {
      const waiting = new Fifo<T>();
      /** The oldest first. */
      const flights: Flight<R>[] = [];
      let begun = 0;
      let failed = false;
      /**
       * Set while the loop of `settle` runs. The consumer may push values from within `next`, and those must queue up.
       */
      let settling = false;
      /** How the source ended; undefined while it runs. */
      let ended: { readonly error?: unknown } | undefined;
      const held = new ValveHold(valve, 'device');
      const untilClosed = takeUntilClosed(subscriber);

      const balance = (): void => {
        if (flights.length >= most) held.take();
        else if (waiting.size === 0) held.release();
      };

      const begin = (value: T): void => {
        const flight: Flight<R> = { results: [], ended: undefined };
        flights.push(flight);
        const end = (how: { readonly error?: unknown }): void => {
          flight.ended = how;
          failed ||= 'error' in how;
          settle();
        };
        let result$: Observable<R>;
        try {
          result$ = project(value, begun++);
        } catch (error) {
          end({ error });
          return;
        }
        result$.pipe(untilClosed).subscribe({
          next: (result) => flight.results.push(result),
          error: (error: unknown) => end({ error }),
          complete: () => end({}),
        });
      };

      /** Emits the results that are due, and starts the values that may start. */
      const settle = (): void => {
        if (settling) return;
        settling = true;
        while (!subscriber.closed) {
          const first = flights[0];
          if (first?.ended !== undefined) {
            flights.shift();
            for (const result of first.results) subscriber.next(result);
            if ('error' in first.ended) subscriber.error(first.ended.error);
          } else if (waiting.size > 0 && flights.length < most && !failed) {
            begin(waiting.shift());
          } else {
            break;
          }
        }
        settling = false;
        if (subscriber.closed) return;
        if (ended !== undefined && flights.length === 0) {
          if ('error' in ended) subscriber.error(ended.error);
          else subscriber.complete();
        } else {
          balance();
        }
      };

      subscriber.add(() => {
        waiting.clear();
        held.release();
      });

      const end = (how: { readonly error?: unknown }): void => {
        ended = how;
        settle();
      };
      source.pipe(untilClosed).subscribe({
        next: (value) => {
          waiting.push(value);
          settle();
        },
        error: (error: unknown) => end({ error }),
        complete: () => end({}),
      });
    });
