import { CommanderError } from 'commander';
import type { Observable } from 'rxjs';
import { errorLine, exitStatusOf, FAILURE, INTERRUPTED, MISUSE, SUCCESS } from './exitStatus.js';
import { buildProgram } from './program.js';
import type { Terminal } from './Terminal.js';

/** A pipe that its reader has closed (`headwater … | head -1`) is an end, not an error. */
const isClosedPipe = (error: unknown): boolean => error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');

/** Subscribes to a command until it ends, Ctrl-C is pressed, or the reader of its output is gone; resolves to the exit status. */
const carryOut = (job$: Observable<unknown>, terminal: Terminal): Promise<number> =>
  new Promise((resolve) => {
    const end = (status: number): void => {
      terminal.off('SIGINT', interrupt);
      terminal.off('SIGTERM', interrupt);
      terminal.stdout.off('error', outputFailed);
      subscription.unsubscribe();
      resolve(status);
    };
    const interrupt = (): void => end(INTERRUPTED);
    const outputFailed = (error: unknown): void => {
      if (!isClosedPipe(error)) terminal.stderr.write(`${errorLine(error)}\n`);
      end(isClosedPipe(error) ? SUCCESS : FAILURE);
    };
    terminal.on('SIGINT', interrupt);
    terminal.on('SIGTERM', interrupt);
    terminal.stdout.on('error', outputFailed);
    const subscription = job$.subscribe({
      error: (error: unknown) => {
        terminal.stderr.write(`${errorLine(error)}\n`);
        // A command may fail while it is being subscribed to: `subscription` is there only after that.
        queueMicrotask(() => end(exitStatusOf(error)));
      },
      complete: () => queueMicrotask(() => end(SUCCESS)),
    });
  });

/**
 * Runs the command.
 *
 * @param args the arguments after the command's name
 * @param terminal the process, or a test's stand-in for it
 * @returns the exit status: 0 done, 1 failed, 2 misused, 130 interrupted
 */
export const run = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  let job$: Observable<unknown> | undefined;
  const program = buildProgram(terminal, (chosen$) => {
    job$ = chosen$;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? SUCCESS : MISUSE;
    terminal.stderr.write(`${errorLine(error)}\n`);
    return exitStatusOf(error);
  }
  return job$ === undefined ? MISUSE : carryOut(job$, terminal);
};
