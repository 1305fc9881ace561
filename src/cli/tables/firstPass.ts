import { defer, type MonoTypeOperatorFunction, type Observable } from 'rxjs';
import { fromFirst } from '../process/fromFirst.js';
import type { Terminal } from '../process/Terminal.js';

/** Applies an operator to the first pass over rows that are read once an epoch, from its first row on. */
export const onFirstPass = <T>(rows$: Observable<T>, seen: MonoTypeOperatorFunction<T>): Observable<T> => {
  let passes = 0;
  return defer(() => (passes++ === 0 ? rows$.pipe(fromFirst(seen)) : rows$));
};

/**
 * Tells something of a job before anything else is told: when its rows begin to come, so that a job which is refused or
 * fails before says so in one line.
 */
export const telling =
  <T>(line: string, { stderr }: Terminal): MonoTypeOperatorFunction<T> =>
  (source) =>
    defer(() => {
      stderr.write(`${line}\n`);
      return source;
    });
