import { HeadwaterError, type ErrorCode } from '../../contracts/HeadwaterError.js';
import { printable } from '../../sinks/terminal/printable.js';

/** Success. */
export const SUCCESS = 0;
/** The work failed. */
export const FAILURE = 1;
/** The command was used incorrectly: arguments, paths, columns, versions. */
export const MISUSE = 2;
/** Ended by Ctrl-C: 128 plus the signal's number, as in shells. */
export const INTERRUPTED = 130;
/** Ended by SIGTERM. */
export const TERMINATED = 143;

/** Ended by SIGHUP, because its terminal was closed. */
export const HUNG_UP = 129;

/** The exit statuses of the signals that end the command. */
export const SIGNALS = [
  ['SIGINT', INTERRUPTED],
  ['SIGTERM', TERMINATED],
  ['SIGHUP', HUNG_UP],
] as const;

/** The signal that ended the command; undefined if there was none. */
export const interruptionOf = (status: number): 'SIGINT' | 'SIGTERM' | 'SIGHUP' | undefined =>
  SIGNALS.find(([, of]) => of === status)?.[0];

const misuse: ReadonlySet<ErrorCode> = new Set(['HW_USAGE', 'HW_PATH', 'HW_COLUMNS', 'HW_ARTIFACT_VERSION']);

/** The exit status for an error code. */
export const exitStatusOfCode = (code: ErrorCode): number => (misuse.has(code) ? MISUSE : FAILURE);

/** The exit status for an error. */
export const exitStatusOf = (error: unknown): number =>
  error instanceof HeadwaterError ? exitStatusOfCode(error.code) : FAILURE;

/** The line that reports an error: its message and its code. An unexpected error (a bug) shows its stack. */
export const errorLine = (error: unknown): string => {
  // Quoted text in a message (a header, an error of a package) may contain line breaks and terminal escape sequences.
  if (error instanceof HeadwaterError) {
    const lines = error.message.split(/[\r\n]/).map((line) => line.trim());
    return `headwater: ${printable(lines.filter((line) => line !== '').join(' '))} [${error.code}]`;
  }
  return (
    'headwater: unexpected error, please report it: ' +
    (error instanceof Error ? (error.stack ?? error.message) : String(error))
  );
};
