import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { pool } from './internal/pool.js';

/**
 * The largest value of each feature over the tokens of a row, without padding.
 *
 * The gradient goes to the first token that has the largest value, as in `torch.max`.
 *
 * @param x the output of a recurrent layer, shape [B, T, D], float32
 * @param lengths the length of each row in tokens, shape [B], between 1 and T
 * @returns shape [B, D], float32; differentiable in `x`
 * @throws HeadwaterError `HW_USAGE` when shapes, the dtype or lengths do not fit
 *
 * @example
 * ```ts
 * import { maxPool } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const output = tf.tensor3d([[[1], [-2], [9]], [[3], [4], [5]]]);
 * maxPool(output, Int32Array.of(2, 3)).dataSync(); // 1, 5
 * ```
 */
export const maxPool = (x: Tensor, lengths: Int32Array): Tensor2D => pool('maxPool', 'max', x, lengths);
