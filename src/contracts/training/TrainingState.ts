/** The validation figure that says which epoch is the best: the lowest loss, or the highest score. */
export type Monitor = 'loss' | 'macro-f1' | 'accuracy';

/** Where a training stands between two epochs: an immutable value that each epoch is folded into. */
export interface TrainingState {
  /** Epochs done. */
  readonly epoch: number;
  /** The learning rate of the next epoch. */
  readonly learningRate: number;
  /**
   * The best epoch so far (0 before the first), and its validation loss (Infinity before the first). `score` is the
   * figure that was monitored; it is left out where that is the loss.
   */
  readonly best: { readonly epoch: number; readonly loss: number; readonly score?: number | undefined };
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
  /** The share of the validation rows whose most probable class is theirs. Needed where it is monitored. */
  readonly validationAccuracy?: number | undefined;
  /** The mean F1 of the classes on the validation rows. Needed where it is monitored. */
  readonly validationMacroF1?: number | undefined;
}

/** A pure step of the fold: the state after an epoch from the state before and what the epoch measured. */
export type TrainingStep = (state: TrainingState, result: EpochResult) => TrainingState;
