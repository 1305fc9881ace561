import type { StateDict } from '../contracts/models/StateDict.js';

/** The settings of a classifier besides its configuration. */
export interface ClassifierSettings {
  /** The seed of the initial weights and of dropout: any whole number. */
  readonly seed: number;
  /** The weight of each class in the loss, by class index, shape [C], finite and at least 0. Default: all equal. */
  readonly classWeights?: Float32Array | undefined;
  /** The tfjs name of its backend, independent of the current one. Default `headwater`. */
  readonly backend?: string | undefined;
  /** The model's name in events. Default: its cell's name. */
  readonly name?: string | undefined;
  /** The initial weights, which are copied. Default: drawn with the seed, from PyTorch's distributions. */
  readonly weights?: StateDict | undefined;
  /**
   * The standard deviation of the initial embeddings, above 0. Default 1, as in PyTorch and the lesson; 0.1 gives
   * better results with few rows.
   */
  readonly embeddingSpread?: number | undefined;
}
