/** What an epoch came to. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean losses in nats, each row by its class weight; null where there was none. */
  readonly trainLoss: number | null;
  readonly validationLoss: number | null;
  /**
   * The share of the validation rows whose class was predicted, and the mean of the classes' F1; null where there were
   * no rows.
   */
  readonly validationAccuracy: number | null;
  readonly validationMacroF1: number | null;
  readonly learningRate: number;
  /** Whether its weights were the best so far. */
  readonly improved: boolean;
}

/**
 * How a model came to be, and what it takes for what: for people to look at, beside the scores of `performance.json`.
 */
export interface TrainingRecord {
  readonly epochs: readonly EpochRecord[];
  /** Of the test rows: counts, row-major, shape [C, C], true × predicted, in the order of the label encoder. */
  readonly confusion: readonly number[];
  /** The share of the test rows whose class was predicted. */
  readonly accuracy: number;
  /** The mean cross-entropy of the test rows in nats; null where there was none. */
  readonly loss: number | null;
}
