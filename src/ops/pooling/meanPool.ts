import { checkArgument } from '../../contracts/checkArgument.js';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { pool } from './internal/pool.js';

/**
 * The mean of each feature over a row's tokens: their sum divided by the row's length; padding does not count.
 *
 * @param x what a recurrent layer put out, shape [B, T, D], float32
 * @param lengths each row's length in tokens, shape [B], between 1 and T
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
export const meanPool = (x: Tensor, lengths: Int32Array): Tensor2D => {
  checkArgument('meanPool', 'x', x, 'a tensor', ['rank', 'shape']);
  checkArgument('meanPool', 'lengths', lengths, 'an Int32Array with one length a row', ['length']);
  return pool('meanPool', 'mean', x, lengths);
};
