import { Observable, Subject, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs';
import { subscribeSink } from './internal/subscribeSink.js';

/**
 * Passes a stream on to its subscriber, and also to writing sinks.
 *
 * Every value goes first to the sinks, in their order, and then to the subscriber. The result ends when the source has
 * ended and every sink has written its values.
 *
 * ```marbles
 * source: --a--b--|
 *         alongside(progress(), jsonLines(file))
 * result: --a--b-----|   when the sinks are through
 * ```
 *
 * - Memory: nothing is held. A sink that completes early (its reader has gone) gets no more values; the stream
 *   continues.
 * - Errors: the source's error, after every sink has written the values before it; a sink's own error, at once.
 *
 * @param sinks writing sinks: operators that emit nothing
 *
 * @example
 * ```ts
 * import { PassThrough } from 'node:stream';
 * import { of } from 'rxjs';
 * import { alongside, jsonLines } from 'headwater';
 * const log = new PassThrough();
 * of(1, 2).pipe(alongside(jsonLines(log))).subscribe((value) => value); // 1, 2
 * log.read().toString(); // '1\n2\n'
 * ```
 */
export const alongside =
  <T>(...sinks: readonly OperatorFunction<T, never>[]): MonoTypeOperatorFunction<T> =>
  (source) =>
    new Observable((subscriber) => {
      const follow = subscribeSink(subscriber);
      const values$ = new Subject<T>();
      let open = sinks.length + 1;
      let failure: { readonly error: unknown } | undefined;
      const settle = (): void => {
        open -= 1;
        if (open > 0) return;
        if (failure === undefined) subscriber.complete();
        else subscriber.error(failure.error);
      };
      for (const sink of sinks) {
        subscriber.add(
          sink(values$).subscribe({
            error: (error: unknown) => {
              // After an error of the source, every sink ends with this error once it has finished. Only an error of
              // the sink itself must be reported.
              if (failure === undefined) subscriber.error(error);
              else settle();
            },
            complete: settle,
          }),
        );
      }
      follow(source, {
        next: (value) => {
          values$.next(value);
          subscriber.next(value);
        },
        error: (error) => {
          failure = { error };
          values$.error(error);
          settle();
        },
        complete: () => {
          values$.complete();
          settle();
        },
      });
    });
