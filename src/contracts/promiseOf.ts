import { checkArgument } from './checkArgument.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';

/**
 * Runs a task as a promise, for programs that use promises alone.
 *
 * @param task the task that a function such as `loadArtifacts`, `writeFiles` or `selectBackend` returned; or a result,
 * as `decodeArtifacts` or `checkArtifacts` return it
 * @returns a promise of the `right` value; it rejects with the `left` value, which is a `HeadwaterError`
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { promiseOf, selectBackend } from 'headwater';
 * const { name } = await promiseOf(selectBackend('headwater'));
 * console.log(name); // headwater
 * ```
 */
export const promiseOf = async <Left extends Error, Right>(
  task: TaskEither<Left, Right> | Either<Left, Right>,
): Promise<Right> => {
  if (typeof task !== 'function')
    checkArgument('promiseOf', 'task', task, 'a task, such as loadArtifacts() returns, or a result', ['_tag']);
  const result = typeof task === 'function' ? await task() : task;
  if (result._tag === 'Left') throw result.left;
  return result.right;
};
