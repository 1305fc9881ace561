import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { attention } from './internal/attention.js';

/**
 * The weight of each token in {@link attentionPool}: the share of attention that it gets.
 *
 * @param x the output of a recurrent layer, shape [B, T, D], float32
 * @param lengths the length of each row in tokens, shape [B], between 1 and T
 * @param query what is attended to, shape [D], float32
 * @returns shape [B, T], float32; each row sums to 1, with zeros past its length; differentiable in `x` and `query`
 * @throws HeadwaterError `HW_USAGE` when shapes, the dtype or lengths do not fit
 *
 * @example
 * ```ts
 * import { attentionWeights } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const output = tf.tensor3d([[[1], [3], [99]]]);
 * attentionWeights(output, Int32Array.of(2), tf.tensor1d([1])).dataSync(); // 0.12, 0.88, 0
 * ```
 */
export const attentionWeights = (x: Tensor, lengths: Int32Array, query: Tensor): Tensor2D => {
  const { pooled, weights } = attention('attentionWeights', x, lengths, query);
  pooled.dispose(); // the tape holds its own reference
  return weights;
};
