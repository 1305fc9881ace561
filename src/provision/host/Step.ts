import type { RunCommand } from './runCommand.js';

/** The current step of a set-up. */
export type StepName =
  | 'checking'
  | 'asking the index'
  | 'downloading'
  | 'verifying'
  | 'unpacking'
  | 'fetching the binding'
  | 'building the binding'
  | 'trying one product'
  | 'converting';

/** The inputs of every step of a set-up. */
export interface Step {
  readonly run: RunCommand;
  readonly signal: AbortSignal;
  /** Reports the progress of the step, and its total if it is known. */
  readonly progress: (done: number, total: number | undefined) => void;
}

/** An event of a set-up in progress. */
export type StepEvent =
  | { readonly type: 'step'; readonly step: StepName; readonly detail: string }
  | { readonly type: 'progress'; readonly step: StepName; readonly done: number; readonly total: number | undefined }
  | {
      readonly type: 'failed';
      readonly step: StepName;
      readonly message: string;
      /** The time until the next attempt. Milliseconds. */
      readonly nextInMs: number | undefined;
    };
