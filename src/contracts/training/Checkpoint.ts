import type { StateDict } from '../models/StateDict.js';
import type { SideCounts } from './SideCounts.js';
import type { EpochEnded } from './EpochEnded.js';
import type { Monitor, TrainingState } from './TrainingState.js';

/** The partial sums of a mean loss: the number of batches, Σ loss·weight, and Σ weight. */
export interface LossSums {
  readonly batches: number;
  readonly sum: number;
  readonly weights: number;
}

/**
 * Counts of the predictions so far: all rows, and per class the rows with the label, with the prediction, and with
 * both.
 */
export interface ScoreCounts {
  readonly rows: number;
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
  readonly hits: readonly number[];
}

/** The options of a training that decide its result and that can be stored as values. */
export interface FitSettings {
  readonly epochs: number;
  readonly learningRate: number;
  readonly keep: 'best' | 'last';
  readonly averageOver: 'rows' | 'batches';
  /** The figure that decides which epoch is the best; left out where it is the loss. */
  readonly monitor?: Monitor | undefined;
  /** The norm to which the gradients are clipped; left out where they are not clipped. */
  readonly clipNorm?: number | undefined;
  /** Whether the learning rate follows a schedule. */
  readonly scheduled: boolean;
  readonly rows: SideCounts;
}

/**
 * All the data that a training needs to continue from one of its batches as if it had never stopped. It is plain data.
 * `fit` emits it, and continues from it through its option `from`.
 *
 * The order of the batches and the random numbers of a step depend only on the data, the seed and the position. So the
 * batches before the position are read again, but no step is made on them.
 */
export interface Checkpoint {
  /** The name of the model. */
  readonly model: string;
  readonly settings: FitSettings;
  /** The current epoch, from 1; the last epoch where the training has ended. */
  readonly epoch: number;
  /** The side that is being read; `ended` after the last epoch. */
  readonly side: 'train' | 'validation' | 'ended';
  /** The number of batches of this side that were processed in this epoch. */
  readonly batch: number;
  /** A hash of the row ids of these batches, which tells whether a resumed training reads the same batches again. */
  readonly order: number;
  /** The number of optimizer steps in all epochs. */
  readonly steps: number;
  /** The number of events emitted before, without those of types `checkpoint` and `training-resumed`. */
  readonly events: number;
  /** The state at the start of the epoch; the state after the last epoch where the training has ended. */
  readonly state: TrainingState;
  /** The losses of this epoch's steps so far. */
  readonly train: LossSums;
  /** The losses of this epoch's validation batches so far. */
  readonly validation: LossSums;
  readonly scores: ScoreCounts;
  /** The finished epochs. */
  readonly history: readonly EpochEnded[];
  readonly weights: StateDict;
  /** The weights of the best epoch so far. Undefined where there is none, none is kept, or it equals `weights`. */
  readonly best: StateDict | undefined;
  /** The optimizer's state; empty once the training has ended. */
  readonly optimizer: StateDict;
}
