import { CommanderError } from 'commander';
import {
  catchError,
  endWith,
  filter,
  fromEventPattern,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  type Observable,
  of,
  take,
} from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import {
  errorLine,
  exitStatusOf,
  INTERRUPTED,
  isInterruption,
  MISUSE,
  SUCCESS,
  TERMINATED,
} from './process/exitStatus.js';
import type { Job } from './process/Job.js';
import { buildProgram, withoutHelpWord } from './program.js';
import type { Terminal } from './process/Terminal.js';

const ignore = (): void => undefined;

/** A pipe that its reader has closed (`headwater … | head -1`) is an end, not an error. */
const isClosedPipe = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');

const tellError = (error: unknown, { stderr }: Terminal): number => {
  stderr.write(`${errorLine(error)}\n`);
  return exitStatusOf(error);
};

const outputError = (cause: unknown): HeadwaterError =>
  new HeadwaterError(
    'HW_WRITE',
    `The output could not be written: ${cause instanceof Error ? cause.message : String(cause)}. Check that there is room for it.`,
    { cause },
  );

/** The status that a failed write to stdout ends the command with. */
const afterOutputError = (error: unknown, terminal: Terminal): number =>
  isClosedPipe(error) ? SUCCESS : tellError(outputError(error), terminal);

const signals$ = (terminal: Terminal, signal: 'SIGINT' | 'SIGTERM'): Observable<unknown> =>
  fromEventPattern<unknown>(
    (listener) => terminal.on(signal, listener),
    (listener) => terminal.off(signal, listener),
  );

const outputErrors$ = ({ stdout }: Terminal): Observable<unknown> =>
  fromEventPattern<unknown>(
    (listener) => stdout.on('error', listener),
    (listener) => stdout.off('error', listener),
  );

/**
 * Emits the exit status when a signal ends the command. The first one that comes asks a job to finish, and where it
 * knows how to, it is the second that cuts it off.
 */
const interruptions$ = ({ finish }: Job, terminal: Terminal): Observable<number> =>
  merge(
    signals$(terminal, 'SIGINT').pipe(map(() => INTERRUPTED)),
    signals$(terminal, 'SIGTERM').pipe(map(() => TERMINATED)),
  ).pipe(filter((_, index) => index > 0 || finish?.() !== true));

/**
 * Subscribes to a job until it ends, a signal ends it, or its output cannot be written any more; emits the exit status.
 */
const carryOut = (job: Job, terminal: Terminal): Observable<number> => {
  const { work$, outlivesReader } = job;
  return merge(
    interruptions$(job, terminal),
    outputErrors$(terminal).pipe(
      filter((error) => !(outlivesReader && isClosedPipe(error))),
      map((error) => afterOutputError(error, terminal)),
    ),
    work$.pipe(
      ignoreElements(),
      endWith(SUCCESS),
      catchError((error: unknown) => of(tellError(error, terminal))),
    ),
  ).pipe(take(1));
};

/** Waits until everything written to stdout is through; gives the error if it is not. */
const flushed = ({ stdout }: Terminal): Promise<unknown> =>
  new Promise((resolve) => {
    stdout.write('', (error) => resolve(error));
  });

const statusOf = async (words: readonly string[], terminal: Terminal): Promise<number> => {
  let job: Job | undefined;
  const args = withoutHelpWord(words);
  const program = await buildProgram(args, terminal, (chosen) => {
    job = chosen;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? SUCCESS : MISUSE;
    return tellError(error, terminal);
  }
  return job === undefined ? MISUSE : lastValueFrom(carryOut(job, terminal));
};

/**
 * Runs the command.
 *
 * @param args the arguments after the command's name
 * @param terminal the process, or a test's stand-in for it
 * @returns the exit status: 0 done, 1 failed, 2 misused, 130 or 143 interrupted
 */
export const run = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  // They stay: an error may come when all is done and the last of the output is on its way, and without a listener it
  // ends the process.
  terminal.stdout.on('error', ignore);
  terminal.stderr.on('error', ignore);
  const status = await statusOf(args, terminal);
  // Whoever interrupts does not want to wait for the reader of what has been written.
  if (isInterruption(status)) return status;
  const error = await flushed(terminal);
  return error == null || status !== SUCCESS ? status : afterOutputError(error, terminal);
};
