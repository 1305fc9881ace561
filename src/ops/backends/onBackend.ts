import { engine, findBackend, getBackend, setBackend } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/**
 * Runs a synchronous piece of work on one backend, and then restores the one that was current.
 *
 * tfjs has one current backend a process, so a model that lives on another has to switch around each step. tfjs
 * switches synchronously where a backend is already at hand, though `setBackend` returns a promise: `findBackend` makes
 * sure that it is. Where nobody has chosen a backend yet, this one stays current: tfjs has no way back to none.
 *
 * @param name the backend, as tfjs knows it
 * @param work what to run; it must be synchronous
 * @returns what `work` returns
 * @throws HeadwaterError `HW_BACKEND` when the backend is not registered or not ready
 */
export const onBackend = <Result>(name: string, work: () => Result): Result => {
  // Undefined before anybody has chosen one, and null after `engine().reset()`.
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
