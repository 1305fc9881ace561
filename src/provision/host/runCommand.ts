import { spawn } from 'node:child_process';
import { codeOf } from '../../contracts/codeOf.js';

/** How a command ended, with the last part of its output. */
export interface Finished {
  /** The exit status; 1 if a signal ended it. */
  readonly status: number;
  /** The signal that ended it, if any. */
  readonly signal?: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** The options of a command. */
export interface CommandOptions {
  /** The working directory; default: that of this process. */
  readonly cwd?: string | undefined;
  /** Environment variables in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Kills the command and all processes that it has started. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each line of stdout when it arrives. */
  readonly onLine?: ((line: string) => void) | undefined;
}

/** Runs a command to its end; undefined if the command does not exist. Tests replace it. */
export type RunCommand = (
  command: string,
  args: readonly string[],
  options?: CommandOptions,
) => Promise<Finished | undefined>;

/** Describes in words how a command ended; `undefined` stands for a command that does not exist. */
export const howItEnded = (ended: Finished | undefined): string =>
  ended?.signal ?? `status ${ended?.status ?? 'unknown'}`;

/** The maximum size of the kept output: a failing compiler can write without end. */
const KEPT = 1 << 20;

const isMissing = (error: Error): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'EACCES';

/** Runs a command of this machine. If it is aborted, it rejects with the reason of the signal. */
export const runCommand: RunCommand = (command, args, { cwd, env, signal, onLine } = {}) =>
  new Promise((done, fail) => {
    signal?.throwIfAborted();
    // The command gets its own process group, so that an abort also reaches the compilers that make has started.
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
        // The process has just ended.
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
