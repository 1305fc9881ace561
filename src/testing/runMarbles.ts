import { checkOptions } from '../contracts/checkOption.js';
import { checkFunction } from '../contracts/checkArgument.js';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { assertFrames } from './assertFrames.js';
import type { DifferenceOptions } from './difference.js';

/**
 * Runs a marble test in virtual time, with a scheduler of its own that compares typed arrays by value.
 *
 * Code that uses RxJS's default scheduler inside the test runs in virtual time too: a second takes no real time.
 *
 * @param test receives `cold`, `hot`, `expectObservable`, `expectSubscriptions` and the other run helpers of RxJS
 * @param options how closely numbers must agree
 * @returns what the test returns
 * @throws FramesDiffer if an expectation is not met
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { runMarbles } from 'headwater/testing';
 * import { bufferTime } from 'rxjs';
 *
 * runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
 *   const letter$ = cold('a-b-|');
 *   expectObservable(letter$.pipe(bufferTime(3))).toBe('---x(y|)', { x: ['a', 'b'], y: [] });
 *   expectSubscriptions(letter$.subscriptions).toBe('^---!');
 * });
 * ```
 */
export const runMarbles = <T>(test: (helpers: RunHelpers) => T, options: DifferenceOptions = {}): T => {
  checkFunction('runMarbles', 'test', test, 'a function that runs the test');
  checkOptions('runMarbles', options, 'test, { tolerance: 1e-6 }');
  return new TestScheduler(assertFrames(options)).run(test);
};
