import { HeadwaterError, type ErrorCode } from '../../contracts/HeadwaterError.js';
import { printable } from '../../sinks/terminal/printable.js';

/** All went well. */
export const SUCCESS = 0;
/** It could not be done. */
export const FAILURE = 1;
/** It was asked for wrongly: arguments, paths, columns, versions. */
export const MISUSE = 2;
/** Ended by Ctrl-C: 128 and the signal's number, as shells have it. */
export const INTERRUPTED = 130;
/** Ended by SIGTERM. */
export const TERMINATED = 143;

/** Whether a signal ended the command. */
export const isInterruption = (status: number): boolean => status === INTERRUPTED || status === TERMINATED;

const misuse: ReadonlySet<ErrorCode> = new Set(['HW_USAGE', 'HW_PATH', 'HW_COLUMNS', 'HW_ARTIFACT_VERSION']);

/** The exit status that an error ends the command with. */
export const exitStatusOf = (error: unknown): number =>
  error instanceof HeadwaterError && misuse.has(error.code) ? MISUSE : FAILURE;

/** The one line that an error is told in: its sentence and its code; a bug in the command itself shows its stack. */
export const errorLine = (error: unknown): string => {
  // What a message quotes (a header, a package's own error) may have line ends in it, and escapes for the terminal.
  if (error instanceof HeadwaterError)
    return `headwater: ${printable(error.message.replaceAll(/\s*[\r\n]\s*/g, ' '))} [${error.code}]`;
  return `headwater: unexpected error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
};
