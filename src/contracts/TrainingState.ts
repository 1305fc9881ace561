/** Where a training stands between two epochs: an immutable value that each epoch is folded into. */
export interface TrainingState {
  /** Epochs done. */
  readonly epoch: number;
  /** The learning rate of the next epoch. */
  readonly learningRate: number;
  /**
   * The best validation loss so far (Infinity before the first epoch), and the epoch that reached it (0 before the
   * first).
   */
  readonly best: { readonly epoch: number; readonly loss: number };
  /** How many more epochs without a better loss `earlyStopping` will stand; Infinity where it is not used. */
  readonly patience: number;
  /**
   * `reduceLrOnPlateau`'s memory: the best loss by its threshold, the epochs since then, and how many epochs it will
   * still not count after a reduction.
   */
  readonly plateau: { readonly best: number; readonly badEpochs: number; readonly cooldown: number };
  /** Why the training is to end after this epoch; undefined while it is to go on. */
  readonly stop: 'patience' | 'epochs' | undefined;
}

/** What an epoch measured. */
export interface EpochResult {
  /** The epoch, from 1. */
  readonly epoch: number;
  /** The mean loss over the train rows as they were trained on, each row by its class weight. */
  readonly trainLoss: number;
  /** The mean loss over the validation rows with the weights frozen, each row by its class weight. */
  readonly validationLoss: number;
}

/** A pure step of the fold: the state after an epoch from the state before and what the epoch measured. */
export type TrainingStep = (state: TrainingState, result: EpochResult) => TrainingState;
