import { connect, type MonoTypeOperatorFunction, startWith, switchMap, take } from 'rxjs';

/**
 * Applies an operator from the first value on. A stream that ends or fails without a value bypasses it.
 *
 * ```
 * source:  ---a--b--|        ---|     ---#
 *              fromFirst(told)
 * result:  ---A--B--|        ---|     ---#    told was subscribed to at a, or never
 * ```
 */
export const fromFirst = <T>(operator: MonoTypeOperatorFunction<T>): MonoTypeOperatorFunction<T> =>
  connect((source$) =>
    source$.pipe(
      take(1),
      switchMap((first) => source$.pipe(startWith(first), operator)),
    ),
  );
