import { CommanderError } from 'commander';
import { interruptionOf, MISUSE, SUCCESS } from './process/exitStatus.js';
import type { Job } from './process/Job.js';
import { afterOutputError, tellError } from './process/outputError.js';
import { buildProgram, withoutHelpWord } from './program.js';
import type { Terminal } from './process/Terminal.js';

const ignore = (): void => undefined;

/** Waits until all output to a stream is written. Resolves with the error if it fails. */
const flushed = (stream: Terminal['stdout']): Promise<unknown> =>
  new Promise((resolve) => {
    stream.write('', (error) => resolve(error));
  });

/** Waits for a time until all output is read. Then it ends the process, which would wait for the reader itself. */
const readWithin = async (patienceMs: number, status: number, terminal: Terminal): Promise<void> => {
  const late = setTimeout(() => terminal.exit?.(status), patienceMs);
  await Promise.all([flushed(terminal.stdout), flushed(terminal.stderr)]);
  clearTimeout(late);
};

/** The exit status of a command, and how long it waits until its output is read. */
interface Done extends Pick<Job, 'patienceMs'> {
  readonly status: number;
}

const doneOf = async (words: readonly string[], terminal: Terminal): Promise<Done> => {
  let job: Job | undefined;
  const args = withoutHelpWord(words);
  const program = await buildProgram(args, terminal, (chosen) => {
    job = chosen;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return { status: error.exitCode === 0 ? SUCCESS : MISUSE };
    return { status: tellError(error, terminal) };
  }
  if (job === undefined) return { status: MISUSE };
  // Loaded only for real work: help and usage errors do not need RxJS.
  const { carryOut } = await import('./process/carryOut.js');
  return { status: await carryOut(job, terminal), patienceMs: job.patienceMs };
};

/**
 * Runs the command.
 *
 * @param args the arguments after the command's name
 * @param terminal the process, or its replacement in a test
 * @returns the exit status: 0 success, 1 failure, 2 incorrect use, 129, 130 or 143 interrupted
 */
export const run = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  // The listeners stay: a late error, while the last output is being written, would end the process if there were no
  // listener.
  terminal.stdout.on('error', ignore);
  terminal.stderr.on('error', ignore);
  const { status, patienceMs } = await doneOf(args, terminal);
  // After an interruption, the command does not wait until its output is read.
  if (interruptionOf(status) !== undefined) return status;
  if (patienceMs !== undefined) await readWithin(patienceMs, status, terminal);
  const error = await flushed(terminal.stdout);
  return error == null || status !== SUCCESS ? status : afterOutputError(error, terminal);
};
