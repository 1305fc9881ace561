import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { CellWeights } from './internal/RecurrentPass.js';
import { runCell } from './internal/runCell.js';

/**
 * One step of a simple recurrent cell: h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh), as torch.nn.RNNCell.
 *
 * @param x the inputs, shape [B, I], float32
 * @param hidden the hidden states before the step, shape [B, H], float32
 * @param weights under PyTorch's names, with H rows
 * @returns the hidden states after the step, shape [B, H], float32; differentiable in all inputs
 * @throws HeadwaterError `HW_USAGE` when the shapes or dtypes do not fit
 *
 * @example
 * ```ts
 * import { registerOps, rnnCell } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const weights = {
 *   weight_ih: tf.ones([4, 2]),
 *   weight_hh: tf.zeros([4, 4]),
 *   bias_ih: tf.zeros([4]),
 *   bias_hh: tf.zeros([4]),
 * };
 * rnnCell(tf.ones([3, 2]), tf.zeros([3, 4]), weights).shape; // [3, 4]
 * ```
 */
export const rnnCell = (x: Tensor, hidden: Tensor, weights: CellWeights<Tensor>): Tensor2D =>
  runCell('rnnCell', 'rnn', x, { hidden }, weights).hidden;
