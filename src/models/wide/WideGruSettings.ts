import type { OnlineModel } from '../../contracts/live/Learning.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import type { PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import type { VectorRows } from '../../ops/layers/vectorEmbedding.js';
import type { WideGruConfig } from './WideGruConfig.js';

/** The settings of a wide GRU besides its configuration. */
export interface WideGruSettings {
  /** The seed of the initial weights and of dropout: any whole number. */
  readonly seed: number;
  /** The word vectors to which the `vectorIds` of batches refer. Needed where the configuration has `vectors`. */
  readonly vectors?: VectorRows | undefined;
  /** The weight of each class in the loss, by class index, shape [C], finite and at least 0. Default: all equal. */
  readonly classWeights?: Float32Array | undefined;
  /** The tfjs name of its backend, independent of the current one. Default `headwater`. */
  readonly backend?: string | undefined;
  /** The model's name in events. Default `wide-gru`. */
  readonly name?: string | undefined;
  /** The initial weights, which are copied. Default: drawn with the seed. */
  readonly weights?: StateDict | undefined;
}

/** A recurrent text classifier on word vectors, with a wide linear part on hashed features. */
export interface WideGru extends OnlineModel {
  /** The classifier's configuration. */
  readonly config: WideGruConfig;
  /** The tfjs name of its backend. */
  readonly backend: string;
  /** The logits of a batch, row-major, shape [B, C], float32, without dropout; does not change the model. */
  logits(batch: PaddedBatch): Float32Array;
  /** Frees the weights and the optimizers' state. The model cannot be used afterwards. Further calls do nothing. */
  dispose(): void;
}
