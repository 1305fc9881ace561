import { defer, type MonoTypeOperatorFunction, type Observable } from 'rxjs';
import { fromFirst } from '../process/fromFirst.js';
import type { Terminal } from '../process/Terminal.js';

/** Applies an operator to the first pass over rows that are read once for each epoch, starting at its first row. */
export const onFirstPass = <T>(rows$: Observable<T>, seen: MonoTypeOperatorFunction<T>): Observable<T> => {
  let passes = 0;
  return defer(() => (passes++ === 0 ? rows$.pipe(fromFirst(seen)) : rows$));
};

/**
 * Prints a line on subscription. Together with `onFirstPass`, it prints when the first row arrives, so a job that is
 * refused or fails earlier prints only its error.
 */
export const telling =
  <T>(line: string, { stderr }: Terminal): MonoTypeOperatorFunction<T> =>
  (source) =>
    defer(() => {
      stderr.write(`${line}\n`);
      return source;
    });
