import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Workers that run, each a process of its own. */
export interface Workers {
  /** Kills one at once and starts another in its place. */
  replace(index: number): void;
  /** Tells one to leave, and starts another in its place at once. */
  renew(index: number): void;
  /** Stops one in the midst of its work, as a machine does that sleeps; and lets it go on. */
  freeze(index: number): void;
  wake(index: number): void;
  /** Their processes. */
  readonly pids: readonly number[];
  /** What they said. */
  readonly said: string;
  /** The statuses of those that ended by themselves. */
  readonly ended: readonly (number | null)[];
  stop(): Promise<void>;
}

const COMMAND = join(import.meta.dirname, '../../dist/cli/main.js');

/**
 * Starts `headwater work` several times with the same arguments.
 *
 * @param prefix a command that starts each of them, such as `ip netns exec`
 */
export const startWorkers = (count: number, args: readonly string[], prefix: readonly string[] = []): Workers => {
  const workers: ChildProcess[] = [];
  const ended: (number | null)[] = [];
  /** Those that were told to leave. */
  const leaving = new Set<ChildProcess>();
  let stopping = false;
  let said = '';
  const start = (index: number): void => {
    const [program, ...rest] = [...prefix, process.execPath];
    const child = spawn(program, [...rest, COMMAND, 'work', ...args, '--threads', '1', '--quiet'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    workers[index] = child;
    child.once('exit', (status, signal) => {
      if (signal === null && !stopping && !leaving.delete(child)) ended.push(status);
    });
  };
  for (let index = 0; index < count; index++) start(index);
  return {
    replace: (index) => {
      workers[index]?.kill('SIGKILL');
      start(index);
    },
    renew: (index) => {
      const child = workers[index];
      if (child !== undefined) leaving.add(child);
      child?.kill('SIGTERM');
      start(index);
    },
    freeze: (index) => void workers[index]?.kill('SIGSTOP'),
    wake: (index) => void workers[index]?.kill('SIGCONT'),
    get pids() {
      return workers.flatMap(({ pid }) => pid ?? []);
    },
    get said() {
      return said;
    },
    ended,
    stop: async () => {
      stopping = true;
      await Promise.all(
        workers.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const exited = once(child, 'exit');
          child.kill('SIGCONT');
          child.kill('SIGTERM');
          await exited;
        }),
      );
    },
  };
};

/** What the headlines say before their number. */
const HEADLINES = ['Ferry returns to port', 'Rates are held', 'The final starts next week', 'A comet is seen'];

/** A headline that can be told from every other. */
export const numbered = (number: number): string => `${HEADLINES[number % HEADLINES.length]!} ${number}`;

/** The number at the end of a title. */
export const numberOf = (title: string): number => Number(/\d+$/.exec(title)?.[0]);

/** The numbers that results are of, in order, each as often as it stands there. */
export const numbersOf = (results: readonly { readonly title: string }[]): readonly number[] =>
  results.map(({ title }) => numberOf(title)).toSorted((a, b) => a - b);
