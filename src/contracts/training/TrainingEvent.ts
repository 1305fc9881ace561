import type { Checkpoint } from './Checkpoint.js';
import type { Side } from '../rows/Row.js';
import type { TrainingState } from './TrainingState.js';

/** The number of rows on each side. */
export type SideCounts = Readonly<Record<Side, number>>;

/** A training has begun. */
export interface TrainingStarted {
  readonly type: 'training-started';
  readonly model: string;
  /** The most epochs that it can take. */
  readonly epochs: number;
  /** Rows a side. */
  readonly rows: SideCounts;
}

/** A training goes on from a checkpoint; what was told before it is not told again. */
export interface TrainingResumed {
  readonly type: 'training-resumed';
  readonly model: string;
  /** The most epochs that it can take. */
  readonly epochs: number;
  /** Rows a side. */
  readonly rows: SideCounts;
  /** The epoch that is under way, from 1. */
  readonly epoch: number;
  /** What of it is under way, and how many of its batches are done with. */
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

/** One optimizer step was made. */
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
  /** The norm of all gradients together, before they were clipped; only with `clipNorm`. */
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

/** An epoch has ended, its validation included. */
export interface EpochEnded {
  readonly type: 'epoch';
  readonly model: string;
  /** From 1. */
  readonly epoch: number;
  readonly trainLoss: number;
  /** NaN where there are no validation rows, as are the two scores below. */
  readonly validationLoss: number;
  /** The share of the validation rows whose most probable class is theirs. */
  readonly validationAccuracy: number;
  /** The mean F1 over the classes that occur among the validation rows, as label or as prediction. */
  readonly validationMacroF1: number;
  /** The learning rate of this epoch. */
  readonly learningRate: number;
  /** Whether this epoch's weights are the best so far. */
  readonly improved: boolean;
  /** The state that the next epoch starts from. */
  readonly state: TrainingState;
}

/** All that is needed to go on from here later. `fit` tells it where `checkpointEvery` asks for it. */
export interface CheckpointTaken {
  readonly type: 'checkpoint';
  readonly model: string;
  readonly checkpoint: Checkpoint;
}

/**
 * The training has ended, and the model holds the weights of its best epoch (of its last one where `fit` was told to
 * keep that).
 */
export interface TrainingEnded {
  readonly type: 'training-ended';
  readonly model: string;
  readonly reason: 'patience' | 'epochs';
  /** The best epoch, by its validation loss or what `monitor` names; 0 where there are no validation rows. */
  readonly bestEpoch: number;
  /** The validation loss of that epoch; Infinity where there are no validation rows. */
  readonly bestLoss: number;
  readonly state: TrainingState;
}

/** What a training tells while it runs. */
export type TrainingEvent =
  | TrainingStarted
  | TrainingResumed
  | EpochStarted
  | StepEnded
  | ValidationStepEnded
  | EpochEnded
  | CheckpointTaken
  | TrainingEnded;
