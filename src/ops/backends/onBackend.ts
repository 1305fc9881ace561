import { checkFunction } from '../../contracts/checkArgument.js';
import { engine, findBackend, getBackend, setBackend } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** `never` for a promise: a function that returns one is refused by its type. */
type Synchronous<Result> = [Result] extends [never] ? unknown : Result extends PromiseLike<unknown> ? never : unknown;

/**
 * Runs a synchronous piece of work on one backend, and then restores the one that was current.
 *
 * tfjs has one current backend a process, so a model that lives on another has to switch around each step. tfjs
 * switches synchronously where a backend is already at hand, though `setBackend` returns a promise: `findBackend` makes
 * sure that it is. If no backend was chosen before, this one stays current: tfjs has no way back to none.
 *
 * @param name the backend, as tfjs knows it
 * @param work what to run; it must be synchronous
 * @returns what `work` returns
 * @throws HeadwaterError `HW_BACKEND` when the backend is not registered or not ready, `HW_USAGE` when `work` returns a
 *   promise: what follows its first `await` would run on another backend
 *
 * @example
 * ```ts
 * import { onBackend, registerBackend } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerBackend();
 * console.log(onBackend('headwater', () => tf.tidy(() => tf.sum(tf.tensor1d([1, 2])).dataSync()[0]))); // 3
 * ```
 */
export const onBackend = <Result>(name: string, work: (() => Result) & Synchronous<Result>): Result => {
  checkFunction('onBackend', 'work', work, 'a synchronous function');

  const result = runOn<Result>(name, work);
  if (!isPromiseLike(result)) return result;
  // The caller gets the error below. A rejection of the promise must not end the process.
  result.then(undefined, () => undefined);
  throw new HeadwaterError(
    'HW_USAGE',
    `onBackend("${name}") was given a function that returns a promise. What follows its first await would run on another backend. Give a synchronous function, or await tf.setBackend("${name}").`,
  );
};

/** `onBackend` for work that is known to be synchronous. */
export const runOn = <Result>(name: string, work: () => Result): Result => {
  // Undefined before a backend is chosen, and null after `engine().reset()`.
  const before = getBackend() as string | undefined | null;
  if (before === name) return work();
  // tfjs finds null while a backend is being made, and undefined where making it has failed; it would then leave
  // another one current.
  if (!engine().backendNames().includes(name) || ((findBackend(name) as unknown) ?? null) === null)
    throw new HeadwaterError(
      'HW_BACKEND',
      `The backend "${name}" is not registered with tfjs, or not ready. Call registerBackend() for "headwater"; for another, import its package and await tf.setBackend("${name}") once.`,
    );
  void setBackend(name);
  try {
    return work();
  } finally {
    if (before !== undefined && before !== null && before !== '') void setBackend(before);
  }
};
