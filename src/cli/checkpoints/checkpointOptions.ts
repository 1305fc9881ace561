import { type Command, InvalidArgumentError } from 'commander';
import { path } from '../process/argument.js';

/** When a checkpoint is taken: after a number of steps, after a time, or never. */
export type CheckpointInterval =
  | { readonly type: 'steps'; readonly steps: number }
  | { readonly type: 'time'; readonly ms: number }
  | { readonly type: 'never' };

/** The options for saving the state of a running training. */
export interface CheckpointOptions {
  /** Default: every 30 seconds, less often if a checkpoint takes long. */
  readonly checkpointEvery?: CheckpointInterval;
  readonly resume?: boolean;
  readonly events?: string;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** The maximum delay of Node's timers. */
const LONGEST_MS = 2_147_483_647;

const interval = (text: string): CheckpointInterval => {
  if (text === 'never') return { type: 'never' };
  const [, amount = '', unit] = /^(\d+(?:\.\d+)?)([smh])?$/.exec(text) ?? [];
  const number = Number(amount);
  if (amount !== '' && number > 0) {
    if (unit === undefined) {
      if (Number.isSafeInteger(number)) return { type: 'steps', steps: number };
    } else if (number * UNITS[unit]! <= LONGEST_MS) return { type: 'time', ms: number * UNITS[unit]! };
  }
  throw new InvalidArgumentError(
    'It must be a time such as 30s, 5m or 1h, a whole number of steps such as 500, or never.',
  );
};

/** Adds the options for saving the state of a running training to a command. */
export const addCheckpointOptions = (command: Command): Command =>
  command
    .option(
      '--checkpoint-every <interval>',
      'write a checkpoint to <out>/checkpoints at this interval: a time (30s, 5m), a number of ' +
        'steps (500), or never (default: 30s, less often if writing takes long)',
      interval,
    )
    .option('--resume', 'continue from the last checkpoint in <out>/checkpoints: the same options and data are needed')
    .option(
      '--events <file>',
      'write each event of the training to this file, as a JSON line; --resume cuts it to the checkpoint and continues',
      path,
    );
