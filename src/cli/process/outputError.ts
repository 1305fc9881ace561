import { messageOf } from '../../contracts/messageOf.js';
import { codeOf } from '../../contracts/codeOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { linkTo, showsLinks } from '../../sinks/terminal/showsLinks.js';
import { errorLine, exitStatusOf, SUCCESS } from './exitStatus.js';
import type { Terminal } from './Terminal.js';

/** A pipe that its reader has closed (`headwater … | head -1`) is the end of the output, not an error. */
export const isClosedPipe = (error: unknown): boolean =>
  codeOf(error) === 'EPIPE' || codeOf(error) === 'ERR_STREAM_DESTROYED';

/** The page of all error codes, which is part of the package. */
const ERROR_PAGE = new URL('../../../docs/errors.md', import.meta.url);

/** An error as a line. In a terminal with links, its code is a link to the section of this code in `docs/errors.md`. */
const linkedErrorLine = (error: unknown, { stderr, env }: Pick<Terminal, 'stderr' | 'env'>): string => {
  const line = errorLine(error);
  if (!(error instanceof HeadwaterError) || !showsLinks(stderr, env)) return line;
  const code = `[${error.code}]`;
  return line.slice(0, -code.length) + linkTo(new URL(`#${error.code.toLowerCase()}`, ERROR_PAGE), code);
};

/** Writes an error to stderr as a line. Returns the exit status. */
export const tellError = (error: unknown, terminal: Pick<Terminal, 'stderr' | 'env'>): number => {
  terminal.stderr.write(`${linkedErrorLine(error, terminal)}\n`);
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
