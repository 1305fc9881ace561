import type { SideCounts } from './SideCounts.js';
import type { EpochEnded } from './EpochEnded.js';
import type { Checkpoint } from './Checkpoint.js';
import type { TrainingState } from './TrainingState.js';

/** A training has begun. */
export interface TrainingStarted {
  readonly type: 'training-started';
  readonly model: string;
  /** The largest number of epochs. */
  readonly epochs: number;
  /** The number of rows on each side. */
  readonly rows: SideCounts;
}

/** A training continues from a checkpoint. The events before the checkpoint are not emitted again. */
export interface TrainingResumed {
  readonly type: 'training-resumed';
  readonly model: string;
  /** The largest number of epochs. */
  readonly epochs: number;
  /** The number of rows on each side. */
  readonly rows: SideCounts;
  /** The current epoch, from 1. */
  readonly epoch: number;
  /** The side that is being read, and the number of its batches already processed. */
  readonly side: Checkpoint['side'];
  readonly batch: number;
}

/** An epoch has begun. */
export interface EpochStarted {
  readonly type: 'epoch-started';
  readonly model: string;
  /** From 1. */
  readonly epoch: number;
  readonly learningRate: number;
}

/** One optimizer step ended. */
export interface StepEnded {
  readonly type: 'step';
  readonly model: string;
  /** From 1. */
  readonly epoch: number;
  /** Within the epoch, from 0. */
  readonly step: number;
  /** The rows in the batch. */
  readonly rows: number;
  /** The class-weighted mean cross-entropy of the batch before the step, in nats. */
  readonly loss: number;
  /** The sum of the rows' class weights. */
  readonly weight: number;
  /** The norm of all gradients together, before clipping; only with `clipNorm`. */
  readonly gradientNorm?: number | undefined;
}

/** One batch of validation rows was measured. */
export interface ValidationStepEnded {
  readonly type: 'validation-step';
  readonly model: string;
  readonly epoch: number;
  /** The rows in the batch. */
  readonly rows: number;
}

/** All the data needed to continue from here later. `fit` emits it where `checkpointEvery` asks for it. */
export interface CheckpointTaken {
  readonly type: 'checkpoint';
  readonly model: string;
  readonly checkpoint: Checkpoint;
}

/**
 * The training has ended, and the model holds the weights of its best epoch (or of its last epoch, where `fit` has the
 * option `keep: 'last'`).
 */
export interface TrainingEnded {
  readonly type: 'training-ended';
  readonly model: string;
  readonly reason: 'patience' | 'epochs';
  /** The best epoch by its validation loss, or by the figure of `monitor`; 0 where there are no validation rows. */
  readonly bestEpoch: number;
  /** The validation loss of that epoch; Infinity where there are no validation rows. */
  readonly bestLoss: number;
  readonly state: TrainingState;
}

/** An event of a running training. */
export type TrainingEvent =
  | TrainingStarted
  | TrainingResumed
  | EpochStarted
  | StepEnded
  | ValidationStepEnded
  | EpochEnded
  | CheckpointTaken
  | TrainingEnded;
