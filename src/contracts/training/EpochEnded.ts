import type { TrainingState } from './TrainingState.js';

/** An epoch has ended, including its validation. */
export interface EpochEnded {
  readonly type: 'epoch';
  readonly model: string;
  /** From 1. */
  readonly epoch: number;
  readonly trainLoss: number;
  /** NaN where there are no validation rows. The same holds for the two scores below. */
  readonly validationLoss: number;
  /** The share of the validation rows whose most probable class is their label. */
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
