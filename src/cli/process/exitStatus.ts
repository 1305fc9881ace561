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

/** Ended by SIGHUP: its terminal was closed. */
export const HUNG_UP = 129;

/** The statuses of the signals that end the command. */
export const SIGNALS = [
  ['SIGINT', INTERRUPTED],
  ['SIGTERM', TERMINATED],
  ['SIGHUP', HUNG_UP],
] as const;

/** The signal that ended the command; undefined where none did. */
export const interruptionOf = (status: number): 'SIGINT' | 'SIGTERM' | 'SIGHUP' | undefined =>
  SIGNALS.find(([, of]) => of === status)?.[0];

const misuse: ReadonlySet<ErrorCode> = new Set(['HW_USAGE', 'HW_PATH', 'HW_COLUMNS', 'HW_ARTIFACT_VERSION']);

/** The exit status that an error of this code ends the command with. */
export const exitStatusOfCode = (code: ErrorCode): number => (misuse.has(code) ? MISUSE : FAILURE);

/** The exit status that an error ends the command with. */
export const exitStatusOf = (error: unknown): number =>
  error instanceof HeadwaterError ? exitStatusOfCode(error.code) : FAILURE;

/** The one line that an error is told in: its sentence and its code; a bug in the command itself shows its stack. */
export const errorLine = (error: unknown): string => {
  // What a message quotes (a header, a package's own error) may have line ends in it, and escapes for the terminal.
  if (error instanceof HeadwaterError)
    return `headwater: ${printable(error.message.replaceAll(/\s*[\r\n]\s*/g, ' '))} [${error.code}]`;
  return `headwater: unexpected error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
};
