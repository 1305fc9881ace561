import { concatMap, defer, map, mergeMap, type Observable, type OperatorFunction } from 'rxjs';

/**
 * Projects each value to an Observable of one value. These Observables run concurrently; their results are emitted in
 * the order of the source.
 *
 * ```
 * source:  --a--b--c--|
 *          mapInOrder((value) => ...)      a takes 7, b takes 1, c takes 1
 * result:  ---------(ABC|)
 * ```
 *
 * Buffers the results that wait for an earlier result. The buffer holds at most as many results as the source has
 * emitted since then.
 *
 * Errors: those of the source and of what `project` returns.
 *
 * @param project returns an Observable of exactly one value
 */
export const mapInOrder =
  <T, R>(project: (value: T) => Observable<R>): OperatorFunction<T, R> =>
  (source) =>
    defer(() => {
      const early = new Map<number, R>();
      let next = 0;
      return source.pipe(
        mergeMap((value, index) => project(value).pipe(map((result) => ({ index, result })))),
        concatMap(({ index, result }) => {
          early.set(index, result);
          const ready: R[] = [];
          for (let first = early.get(next); early.has(next); first = early.get(next)) {
            ready.push(first as R);
            early.delete(next++);
          }
          return ready;
        }),
      );
    });
