import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { pool } from './internal/pool.js';

/**
 * The mean of each feature over the tokens of a row, without padding: their sum divided by the length of the row.
 *
 * @param x the output of a recurrent layer, shape [B, T, D], float32
 * @param lengths the length of each row in tokens, shape [B], between 1 and T
 * @returns shape [B, D], float32; differentiable in `x`
 * @throws HeadwaterError `HW_USAGE` when shapes, the dtype or lengths do not fit
 *
 * @example
 * ```ts
 * import { meanPool } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * const output = tf.tensor3d([[[1], [-2], [9]], [[3], [4], [5]]]);
 * meanPool(output, Int32Array.of(2, 3)).dataSync(); // -0.5, 4
 * ```
 */
export const meanPool = (x: Tensor, lengths: Int32Array): Tensor2D => pool('meanPool', 'mean', x, lengths);
