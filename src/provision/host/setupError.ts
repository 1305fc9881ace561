import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** What a set-up lacks or stumbled over, and what to do about it. */
export const setupError = (what: string, remedy: string, cause?: unknown): HeadwaterError =>
  new HeadwaterError('HW_SETUP', `${what} ${remedy}`, cause === undefined ? {} : { cause });

/** The last line that says something: where a tool tells why it gave up. */
export const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1)?.trim() ?? '';
