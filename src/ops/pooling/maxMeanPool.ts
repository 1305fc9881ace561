import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { pool } from './internal/pool.js';

/**
 * The largest value and the mean of each feature over the tokens of a row, side by side: {@link maxPool} and {@link
 * meanPool} in one pass.
 *
 * @param x the output of a recurrent layer, shape [B, T, D], float32
 * @param lengths the length of each row in tokens, shape [B], between 1 and T
 * @returns shape [B, 2·D], float32, the largest values before the means; differentiable in `x`
 * @throws HeadwaterError `HW_USAGE` when shapes, the dtype or lengths do not fit
 *
 * @example
 * ```ts
 * import { maxMeanPool } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const output = tf.tensor3d([[[1], [-2], [9]], [[3], [4], [5]]]);
 * maxMeanPool(output, Int32Array.of(2, 3)).dataSync(); // 1, -0.5, 5, 4
 * ```
 */
export const maxMeanPool = (x: Tensor, lengths: Int32Array): Tensor2D => pool('maxMeanPool', 'maxMean', x, lengths);
