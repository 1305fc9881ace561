/** The evaluation of one batch: plain data from which metrics are computed. */
export interface EvaluatedBatch {
  readonly type: 'evaluated';
  /** Each row's ordinal in its source, shape [B], int32. */
  readonly ids: Int32Array;
  /** Each row's class index, shape [B], int32. */
  readonly labels: Int32Array;
  /** Each row's most probable class, shape [B], int32; the first one of equally probable classes. */
  readonly predicted: Int32Array;
  /** Class probabilities, row-major, shape [B, C], float32. */
  readonly probabilities: Float32Array;
  /** The class-weighted mean cross-entropy of the batch, in nats. */
  readonly loss: number;
  /** The sum of the rows' class weights. */
  readonly weight: number;
}

/** One row, classified. */
export interface Prediction {
  readonly type: 'prediction';
  /** The row's ordinal in its source. */
  readonly id: number;
  /** The index of the most probable class; the first one of equally probable classes. */
  readonly predicted: number;
  /** The class probabilities by class index, shape [C], float32. */
  readonly probabilities: Float32Array;
}

/** The quality of the predictions for one class, or its mean over classes weighted by support. */
export interface Scores {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** The number of rows that have the class (support). */
  readonly num_samples: number;
}

/** The lesson's `performance.json`. */
export interface Performance {
  /** Means over the classes, weighted by their support. */
  readonly overall: Scores;
  /** Scores by class name, in the order of the label encoder. */
  readonly class: Readonly<Record<string, Scores>>;
}
