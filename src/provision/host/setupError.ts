import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** An error that says what a set-up lacks or why it failed, and what to do. */
export const setupError = (what: string, remedy: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError('HW_SETUP', `${what} ${remedy}`, cause === undefined ? {} : { cause });

/** The last line of an output, in which tools usually give the reason of a failure. */
export const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)?.trim() ?? '';
