import { checkFunction } from '../../contracts/checkArgument.js';
import { engine, findBackend, getBackend, setBackend } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';

/** `never` for a promise, so that the type checker rejects a function that returns one. */
type Synchronous<Result> = [Result] extends [never] ? unknown : Result extends PromiseLike<unknown> ? never : unknown;

/**
 * Runs a synchronous function on one backend, and then restores the previous backend.
 *
 * tfjs has one current backend per process, so a model on another backend must switch around each step. Although
 * `setBackend` returns a promise, tfjs switches synchronously if the backend already exists; `findBackend` checks that.
 * If no backend was chosen before, this one stays current, since tfjs cannot return to having none.
 *
 * @param name the backend, as tfjs knows it
 * @param work the function to run; it must be synchronous
 * @returns what `work` returns
 * @throws HeadwaterError `HW_BACKEND` when the backend is not registered or not ready, `HW_USAGE` when `work` returns a
 *   promise, since the code after its first `await` would run on another backend
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
    `onBackend("${name}") was given a function that returns a promise. What follows its first await would ` +
      `run on another backend. Give a synchronous function, or await tf.setBackend("${name}").`,
  );
};

/** `onBackend` for a function that is known to be synchronous. */
export const runOn = <Result>(name: string, work: () => Result): Result => {
  // Undefined before a backend is chosen, and null after `engine().reset()`.
  const before = getBackend() as string | undefined | null;
  if (before === name) return work();
  // tfjs returns null while a backend is being created, and undefined if the creation failed. In both cases another
  // backend would stay current.
  if (!engine().backendNames().includes(name) || ((findBackend(name) as unknown) ?? null) === null)
    throw new HeadwaterError(
      'HW_BACKEND',
      `The backend "${name}" is not registered with tfjs, or not ready. Call registerBackend() for ` +
        `"headwater"; for another, import its package and await tf.setBackend("${name}") once.`,
    );
  void setBackend(name);
  try {
    return work();
  } finally {
    if (before !== undefined && before !== null && before !== '') void setBackend(before);
  }
};
