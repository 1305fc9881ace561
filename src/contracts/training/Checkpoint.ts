import type { StateDict } from '../models/StateDict.js';
import type { EpochEnded, SideCounts } from './TrainingEvent.js';
import type { Monitor, TrainingState } from './TrainingState.js';

/** A mean of losses under way: Σ loss·weight, Σ weight, and the number of batches. */
export interface LossSums {
  readonly batches: number;
  readonly sum: number;
  readonly weights: number;
}

/** Predictions counted so far: rows, and by class those that have it, that were predicted to have it, and both. */
export interface ScoreCounts {
  readonly rows: number;
  readonly labels: readonly number[];
  readonly predicted: readonly number[];
  readonly hits: readonly number[];
}

/** The options of a training that decide its result, as far as they are values. */
export interface FitSettings {
  readonly epochs: number;
  readonly learningRate: number;
  readonly keep: 'best' | 'last';
  readonly averageOver: 'rows' | 'batches';
  /** The figure that says which epoch is the best; left out where it is the loss. */
  readonly monitor?: Monitor | undefined;
  /** The norm that the gradients are clipped to; left out where they are not. */
  readonly clipNorm?: number | undefined;
  /** Whether the learning rate follows a schedule. */
  readonly scheduled: boolean;
  readonly rows: SideCounts;
}

/**
 * All that a training needs to go on from one of its batches as if it had never stopped: plain data. `fit` makes it and
 * takes it back, by its option `from`.
 *
 * The order of batches and what is random in a step follow from the data, the seed and the position. So the batches
 * before the position are read again, and no step is made on them.
 */
export interface Checkpoint {
  /** The name of the model. */
  readonly model: string;
  readonly settings: FitSettings;
  /** The epoch that is under way, from 1; the last one where the training has ended. */
  readonly epoch: number;
  /** Which side is being read; `ended` once the last epoch is over. */
  readonly side: 'train' | 'validation' | 'ended';
  /** How many batches of this side in this epoch are done with. */
  readonly batch: number;
  /** The optimizer steps made in all epochs. */
  readonly steps: number;
  /** The events told before, without those of types `checkpoint` and `training-resumed`. */
  readonly events: number;
  /** The state that the epoch started from; that after the last one where the training has ended. */
  readonly state: TrainingState;
  /** The losses of this epoch's steps so far. */
  readonly train: LossSums;
  /** The losses of this epoch's validation batches so far. */
  readonly validation: LossSums;
  readonly scores: ScoreCounts;
  /** The epochs that are over. */
  readonly history: readonly EpochEnded[];
  readonly weights: StateDict;
  /** The weights of the best epoch so far; undefined where there is none, or none is kept, or they are `weights`. */
  readonly best: StateDict | undefined;
  /** The optimizer's state; empty once the training has ended. */
  readonly optimizer: StateDict;
}
