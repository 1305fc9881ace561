import { CommanderError } from 'commander';
import { interruptionOf, MISUSE, SUCCESS } from './process/exitStatus.js';
import type { Job } from './process/Job.js';
import { afterOutputError, tellError } from './process/outputError.js';
import { buildProgram, withoutHelpWord } from './program.js';
import type { Terminal } from './process/Terminal.js';

const ignore = (): void => undefined;

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
  if (job === undefined) return MISUSE;
  // Loaded when there is something to do: help and misuse need none of RxJS.
  const { carryOut } = await import('./process/carryOut.js');
  return carryOut(job, terminal);
};

/**
 * Runs the command.
 *
 * @param args the arguments after the command's name
 * @param terminal the process, or a test's stand-in for it
 * @returns the exit status: 0 done, 1 failed, 2 misused, 129, 130 or 143 interrupted
 */
export const run = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  // They stay: an error may come when all is done and the last of the output is on its way, and without a listener it
  // ends the process.
  terminal.stdout.on('error', ignore);
  terminal.stderr.on('error', ignore);
  const status = await statusOf(args, terminal);
  // After an interruption the command does not wait until its output is read.
  if (interruptionOf(status) !== undefined) return status;
  const error = await flushed(terminal);
  return error == null || status !== SUCCESS ? status : afterOutputError(error, terminal);
};
