import { Observable, type OperatorFunction } from 'rxjs';
import { takeUntilClosed } from '../../../contracts/flow/takeUntilClosed.js';
import type { Valve } from '../../../contracts/flow/Valve.js';
import { Fifo } from '../../flow/internal/Fifo.js';
import { ValveHold } from '../../flow/internal/ValveHold.js';

/** How `mapInFlight` works. */
export interface InFlightOptions {
  /** How many values may be at work on at once. */
  readonly most: number;
  /** Held while they are so many. */
  readonly valve: Valve | undefined;
}

/** One value at work. */
interface Flight<R> {
  readonly results: R[];
  /** How it ended, once it has. */
  ended: { readonly error?: unknown } | undefined;
}

/**
 * Projects each value to an Observable, a few of them at work at once, and emits what they give in the order of the
 * source.
 *
 * ```
 * source:       abcd----|
 * mapInFlight((value) => of(value).pipe(delay(3)), { most: 2, valve })
 * result:       ---ab-cd|        c starts when a has ended, d when b has
 * valve closed:  xxxxx
 * ```
 *
 * Holds at most `most` values at work with their results, and those that come before the source stops: the rest of its
 * present chunk. An error of the source comes after the values before it; an error of a projection after what the
 * values before it gave, and no value behind it is begun.
 *
 * @param project what is done with a value; it is subscribed to at once
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
       * Set while the loop of `settle` runs: a consumer may cause arrivals from within `next`, and those have to queue
       * up.
       */
      let settling = false;
      /** How the source ended, once it has. */
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

      /** Lands what has arrived, and lets off what may go. */
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
