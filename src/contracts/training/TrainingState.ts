/** The validation figure that decides which epoch is the best: the lowest loss, or the highest score. */
export type Monitor = 'loss' | 'macro-f1' | 'accuracy';

/** The state of a training between two epochs: an immutable value into which each epoch is folded. */
export interface TrainingState {
  /** The number of finished epochs. */
  readonly epoch: number;
  /** The learning rate of the next epoch. */
  readonly learningRate: number;
  /**
   * The best epoch so far (0 before the first), and its validation loss (Infinity before the first). `score` is the
   * figure that was monitored; it is left out where that figure is the loss.
   */
  readonly best: { readonly epoch: number; readonly loss: number; readonly score?: number | undefined };
  /** How many more epochs without a better loss `earlyStopping` accepts; Infinity where it is not used. */
  readonly patience: number;
  /**
   * The state of `reduceLrOnPlateau`: the best loss by its threshold, the number of epochs since then, and the number
   * of epochs after a reduction that are still not counted.
   */
  readonly plateau: { readonly best: number; readonly badEpochs: number; readonly cooldown: number };
  /** Why the training ends after this epoch; undefined while it continues. */
  readonly stop: 'patience' | 'epochs' | undefined;
}

/** The measurements of an epoch. */
export interface EpochResult {
  /** The epoch, from 1. */
  readonly epoch: number;
  /** The mean loss over the train rows during training, each row weighted by its class weight. */
  readonly trainLoss: number;
  /** The mean loss over the validation rows with frozen weights, each row weighted by its class weight. */
  readonly validationLoss: number;
  /** The share of the validation rows whose most probable class is their label. Needed where it is monitored. */
  readonly validationAccuracy?: number | undefined;
  /** The mean F1 of the classes on the validation rows. Needed where it is monitored. */
  readonly validationMacroF1?: number | undefined;
}

/** A pure step of the fold: makes the state after an epoch from the state before it and the epoch's measurements. */
export type TrainingStep = (state: TrainingState, result: EpochResult) => TrainingState;
