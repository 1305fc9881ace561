import { spawn } from 'node:child_process';

/** How a command ended, and the end of what it wrote. */
export interface Finished {
  /** Its own status; 1 where a signal ended it. */
  readonly status: number;
  /** The signal that ended it, where one did. */
  readonly signal?: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface CommandOptions {
  /** The folder that it runs in; default: this process's. */
  readonly cwd?: string | undefined;
  /** What is put into its environment beside this process's. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Kills it, and all that it has started. */
  readonly signal?: AbortSignal | undefined;
  /** Is told of every line that it writes to stdout, as it comes. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Runs a command to its end: undefined where there is no such command. A test hands in its own. */
export type RunCommand = (
  command: string,
  args: readonly string[],
  options?: CommandOptions,
) => Promise<Finished | undefined>;

/** How a command ended, in words; `undefined` for one that is not there. */
export const howItEnded = (ended: Finished | undefined): string =>
  ended?.signal ?? `status ${ended?.status ?? 'unknown'}`;

/** As much of an output as is kept: a compiler that complains can write without end. */
const KEPT = 1 << 20;

const isMissing = (error: Error): boolean => 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');

/** Runs a command of this machine. It rejects with the signal's reason when it is aborted. */
export const runCommand: RunCommand = (command, args, { cwd, env, signal, onLine } = {}) =>
  new Promise((done, fail) => {
    signal?.throwIfAborted();
    // A group of its own, so that an abort reaches the compilers that make has started, too.
    const child = spawn(command, [...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended by itself.
      }
    };
    signal?.addEventListener('abort', kill);
    const written = { stdout: '', stderr: '' };
    let line = '';
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        written[name] = (written[name] + text).slice(-KEPT);
        if (name === 'stderr' || onLine === undefined) return;
        const lines = (line + text).split(/[\r\n]/);
        line = lines.pop() ?? '';
        lines.forEach(onLine);
      });
    }
    const settled = (settle: () => void): void => {
      signal?.removeEventListener('abort', kill);
      settle();
    };
    child.once('error', (error) => settled(() => (isMissing(error) ? done(undefined) : fail(error))));
    child.once('close', (status, killedBy) =>
      settled(() => {
        if (signal?.aborted === true) fail(signal.reason as Error);
        else done({ status: status ?? 1, signal: killedBy ?? undefined, ...written });
      }),
    );
  });
