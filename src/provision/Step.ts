import type { RunCommand } from './runCommand.js';

/** What a set-up is at, in their order. */
export type StepName =
  | 'checking'
  | 'asking the index'
  | 'downloading'
  | 'verifying'
  | 'unpacking'
  | 'fetching the binding'
  | 'building the binding'
  | 'trying one product';

/** What every step of a set-up is given. */
export interface Step {
  readonly run: RunCommand;
  readonly signal: AbortSignal;
  /** Told how far the step is, and of how much where that is known. */
  readonly progress: (done: number, total: number | undefined) => void;
}
