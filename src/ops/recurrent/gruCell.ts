import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { CellWeights } from './internal/RecurrentPass.js';
import { runCell } from './internal/runCell.js';

/**
 * One step of a gated recurrent unit, as torch.nn.GRUCell. The equations are at {@link gru}.
 *
 * @param x the inputs, shape [B, I], float32
 * @param hidden the hidden states before the step, shape [B, H], float32
 * @param weights under PyTorch's names, with 3·H rows (r, z, n)
 * @returns the hidden states after the step, shape [B, H], float32; differentiable in all inputs
 * @throws HeadwaterError `HW_USAGE` when the shapes or dtypes do not fit
 *
 * @example
 * ```ts
 * import { gruCell, registerOps } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const weights = {
 *   weight_ih: tf.ones([12, 2]),
 *   weight_hh: tf.zeros([12, 4]),
 *   bias_ih: tf.zeros([12]),
 *   bias_hh: tf.zeros([12]),
 * };
 * gruCell(tf.ones([3, 2]), tf.zeros([3, 4]), weights).shape; // [3, 4]
 * ```
 */
export const gruCell = (x: Tensor, hidden: Tensor, weights: CellWeights<Tensor>): Tensor2D =>
  runCell('gruCell', 'gru', x, { hidden }, weights).hidden;
