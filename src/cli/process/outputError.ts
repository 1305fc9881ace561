import { messageOf } from '../../contracts/messageOf.js';
import { codeOf } from '../../contracts/codeOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { errorLine, exitStatusOf, SUCCESS } from './exitStatus.js';
import type { Terminal } from './Terminal.js';

/** A pipe that its reader has closed (`headwater … | head -1`) is the end of the output, not an error. */
export const isClosedPipe = (error: unknown): boolean =>
  codeOf(error) === 'EPIPE' || codeOf(error) === 'ERR_STREAM_DESTROYED';

/** Writes an error to stderr as a line. Returns the exit status. */
export const tellError = (error: unknown, { stderr }: Terminal): number => {
  stderr.write(`${errorLine(error)}\n`);
  return exitStatusOf(error);
};

const outputError = (cause: unknown): HeadwaterError =>
  new HeadwaterError(
    'HW_WRITE',
    `The output could not be written: ${messageOf(cause)}. Check that there is room for it.`,
    { cause },
  );

/** The exit status after a failed write to stdout. */
export const afterOutputError = (error: unknown, terminal: Terminal): number =>
  isClosedPipe(error) ? SUCCESS : tellError(outputError(error), terminal);
