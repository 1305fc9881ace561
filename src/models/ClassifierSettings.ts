import type { StateDict } from '../contracts/models/StateDict.js';

/** What a classifier needs to know beyond what it is made of. */
export interface ClassifierSettings {
  /** Decides the weights that it starts from and what its dropout drops: any whole number. */
  readonly seed: number;
  /** The weight of each class in the loss, by class index, shape [C], finite and not negative. Default: all equal. */
  readonly classWeights?: Float32Array | undefined;
  /** The backend that it lives on, as tfjs knows it, whichever is current. Default `headwater`. */
  readonly backend?: string | undefined;
  /** What it calls itself in events. Default: its cell's name. */
  readonly name?: string | undefined;
  /** The weights that it starts from, copied. Default: drawn by the seed, distributed as PyTorch's. */
  readonly weights?: StateDict | undefined;
  /**
   * The standard deviation of the embeddings that it starts from, above 0. Default 1, PyTorch's and the lesson's; 0.1
   * learns better from few rows.
   */
  readonly embeddingSpread?: number | undefined;
}
