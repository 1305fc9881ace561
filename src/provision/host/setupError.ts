import { codeOf } from '../../contracts/codeOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { messageOf } from '../../contracts/messageOf.js';

/** An error that says what a set-up lacks or why it failed, and what to do. */
export const setupError = (what: string, remedy: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError('HW_SETUP', `${what} ${remedy}`, cause === undefined ? {} : { cause });

/** The last line of an output, in which tools usually give the reason of a failure. */
export const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)?.trim() ?? '';

/**
 * An error of the file system as an error of a set-up; any other error as it is.
 *
 * @param folder where the set-up writes
 * @param elsewhere how to choose another folder
 */
export const diskError = (error: unknown, folder: string, elsewhere: string): unknown => {
  const code = codeOf(error);
  if (!(error instanceof Error) || error instanceof HeadwaterError || code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return setupError(
      `There is no room left in ${folder}.`,
      `Make room, or ${elsewhere}, then run the same command again.`,
      error,
    );
  return setupError(
    `${folder} cannot be read or written (${messageOf(error)}).`,
    `Check its permissions and its disk, or ${elsewhere}.`,
    error,
  );
};
