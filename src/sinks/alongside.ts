import { Observable, Subject, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs';
import { subscribeSink } from './internal/subscribeSink.js';

/**
 * Sends a stream to writing sinks, and on to its subscriber.
 *
 * Every value goes to the sinks, in their order, and then on. The result ends when the source has ended and every sink
 * has written what it was given.
 *
 * ```marbles
 * source: --a--b--|
 *         alongside(progress(), jsonLines(file))
 * result: --a--b-----|   when the sinks are through
 * ```
 *
 * - It holds nothing. A sink that completes early (its reader has gone) is left; the stream goes on.
 * - Errors: the source's, after every sink has written what came before it; a sink's own, at once.
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
              // After the source's error every sink ends with it, each when it is through; only a sink's own error is
              // news.
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
