import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Figure } from './Figure.js';

const runs = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Whether a process can be held to one core: Linux can. */
export const canPin = runs('taskset', ['-c', '0', 'true']);

/** A process that prints one JSON line a figure. */
export interface Job {
  readonly command: string;
  readonly args: readonly string[];
  /** Whether it is held to one core, where that can be done. */
  readonly pinned?: boolean;
}

/** A job that is one of the scripts here. */
export const script = (name: string, ...args: readonly string[]): Job => scriptOn(process.execPath, name, ...args);

/** The same on another Node. */
export const scriptOn = (node: string, name: string, ...args: readonly string[]): Job => ({
  command: node,
  args: ['--import', 'tsx', join(import.meta.dirname, `${name}.ts`), ...args],
});

export const pinned = (job: Job): Job => ({ ...job, pinned: true });

/** What a job printed. */
export interface Outcome {
  readonly figures: readonly Figure[];
  readonly stderr: string;
}

/** Runs a job to its end, and reads what it printed; nothing else is run meanwhile. */
export const outcomeOf = ({ command, args, pinned: hold = false }: Job): Outcome => {
  const [program, given] = hold && canPin ? ['taskset', ['-c', '0', command, ...args]] : [command, args];
  const { status, stdout, stderr, error } = spawnSync(program, given, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (status !== 0)
    throw new Error(
      `${[program, ...given].join(' ')} ended with status ${status ?? 'none'}${error === undefined ? '' : ` (${error.message})`}.\n${stdout}${stderr}`,
    );
  return {
    figures: stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Figure),
    stderr,
  };
};

/** The figures of a job that always has some. */
export const figuresOf = (job: Job): readonly Figure[] => outcomeOf(job).figures;
