import type { RunCommand } from './runCommand.js';

/** What a set-up is at. */
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

/** What every step of a set-up is given. */
export interface Step {
  readonly run: RunCommand;
  readonly signal: AbortSignal;
  /** Told how far the step is, and of how much where that is known. */
  readonly progress: (done: number, total: number | undefined) => void;
}

/** What is told of a set-up that is under way. */
export type StepEvent =
  | { readonly type: 'step'; readonly step: StepName; readonly detail: string }
  | { readonly type: 'progress'; readonly step: StepName; readonly done: number; readonly total: number | undefined }
  | {
      readonly type: 'failed';
      readonly step: StepName;
      readonly message: string;
      /** After how many milliseconds it is tried again. */
      readonly nextInMs: number | undefined;
    };
