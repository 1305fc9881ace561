import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, afterEach } from 'vitest';

/** The built command: what a user runs, not the sources. */
export const MAIN = resolve(import.meta.dirname, '../../dist/cli/main.js');

if (!existsSync(MAIN))
  throw new Error(
    'There is no dist/cli/main.js: build first (npm run build), or run the tests by npm test, which does.',
  );

/**
 * The work folder of a test file, removed at its end. Links in its path are resolved, so that paths in messages are
 * those that were given.
 */
export const workFolder = (): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'headwater-cli-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** How a run ended, and what it wrote. */
export interface Ended {
  /** The exit status, or the signal that killed it. */
  readonly status: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run under way. */
export interface Running {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly ended: Promise<Ended>;
  /** Waits until what was written so far matches; fails when the run ends first. */
  readonly until: (stream: 'stdout' | 'stderr', wanted: RegExp) => Promise<string>;
}

export interface RunOptions {
  /** The folder to run in, which is also the home. */
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

const running = new Set<Running['child']>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the command with pipes for its streams. Nothing of the tests' own environment reaches it but the path. */
export const start = (args: readonly string[], { cwd, env = {} }: RunOptions): Running => {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, LANG: 'C.UTF-8', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  const written = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      for (const look of waiting) look();
    });
  }
  // A command that needs no input may be gone before it is given any.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<Ended>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => {
      running.delete(child);
      done({ status: code ?? signal ?? 'SIGKILL', ...written });
    });
  });
  const until = (stream: 'stdout' | 'stderr', wanted: RegExp): Promise<string> =>
    new Promise((done, fail) => {
      const look = (): void => {
        if (!wanted.test(written[stream])) return;
        waiting.delete(look);
        done(written[stream]);
      };
      waiting.add(look);
      look();
      void ended.then(() =>
        fail(
          new Error(
            `It ended before ${String(wanted)} came on ${stream}. stdout: ${written.stdout} stderr: ${written.stderr}`,
          ),
        ),
      );
    });
  return { child, ended, until };
};

/** Runs the command to its end. */
export const headwater = (
  args: readonly string[],
  { input = '', ...options }: RunOptions & { readonly input?: string | Uint8Array },
): Promise<Ended> => {
  const { child, ended } = start(args, options);
  child.stdin.end(input);
  return ended;
};

/** What stands on stderr without the line about the backend, which comes first. */
export const afterBackend = (stderr: string): string => stderr.replace(/^backend: .+ \(.+\)\n/, '');
