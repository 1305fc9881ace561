import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { attention } from './internal/attention.js';

/**
 * The sum of the tokens of a row, weighted by their attention to a query, without padding:
 *
 *     w[b, t] = exp(x[b, t] · q) / Σᵤ exp(x[b, u] · q)
 *     z[b]    = Σₜ w[b, t] · x[b, t]
 *
 * A query of zeros gives each token the same weight, so the result is that of `meanPool`. {@link attentionWeights}
 * gives the weights, for a picture of what the model looked at.
 *
 * @param x the output of a recurrent layer, shape [B, T, D], float32
 * @param lengths the length of each row in tokens, shape [B], between 1 and T
 * @param query what is attended to, usually trained, shape [D], float32
 * @returns shape [B, D], float32; differentiable in `x` and `query`
 * @throws HeadwaterError `HW_USAGE` when shapes, the dtype or lengths do not fit
 * @see M.-T. Luong and others, Effective Approaches to Attention-based Neural Machine Translation. EMNLP 2015: the
 *   score "dot", here of each token with one query for all rows.
 *
 * @example
 * ```ts
 * import { attentionPool } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const output = tf.tensor3d([[[1], [3], [99]]]);
 * attentionPool(output, Int32Array.of(2), tf.tensor1d([0])).dataSync(); // 2
 * attentionPool(output, Int32Array.of(2), tf.tensor1d([1])).dataSync(); // 2.76, because 3 · 1 is larger than 1 · 1
 * ```
 */
export const attentionPool = (x: Tensor, lengths: Int32Array, query: Tensor): Tensor2D => {
  const { pooled, weights } = attention('attentionPool', x, lengths, query);
  weights.dispose(); // the tape holds its own reference
  return pooled;
};
