import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Figure } from './Figure.js';

const runs = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Whether a process can be pinned to one core; Linux supports it. */
export const canPin = runs('taskset', ['-c', '0', 'true']);

/** A process that prints one JSON line per figure. */
export interface Job {
  readonly command: string;
  readonly args: readonly string[];
  /** Whether it is pinned to one core, where that is possible. */
  readonly pinned?: boolean;
}

/** A job that runs one of the scripts in this folder. */
export const script = (name: string, ...args: readonly string[]): Job => scriptOn(process.execPath, name, ...args);

/** The same with another Node. */
export const scriptOn = (node: string, name: string, ...args: readonly string[]): Job => ({
  command: node,
  args: ['--import', 'tsx', join(import.meta.dirname, `${name}.ts`), ...args],
});

export const pinned = (job: Job): Job => ({ ...job, pinned: true });

/** The output of a job. */
export interface Outcome {
  readonly figures: readonly Figure[];
  readonly stderr: string;
}

/** Runs a job to its end, and reads its output. No other job runs in the meantime. */
export const outcomeOf = ({ command, args, pinned: hold = false }: Job): Outcome => {
  const [program, given] = hold && canPin ? ['taskset', ['-c', '0', command, ...args]] : [command, args];
  const { status, stdout, stderr, error } = spawnSync(program, given, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0)
    throw new Error(
      `${[program, ...given].join(' ')} ended with status ` +
        `${status ?? 'none'}${error === undefined ? '' : ` (${error.message})`}.\n${stdout}${stderr}`,
    );
  return {
    figures: stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Figure),
    stderr,
  };
};

/** The figures of a job that always prints some. */
export const figuresOf = (job: Job): readonly Figure[] => outcomeOf(job).figures;
