import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { CellName, LayerWeights } from './internal/RecurrentPass.js';
import { runLast } from './internal/runLayer.js';
import type { RecurrentOptions } from './internal/runLayer.js';

/**
 * Runs a recurrent layer and gives each row's output at its last token: `gatherLast(layer(…).output, lengths)`, without
 * the steps that nothing reads.
 *
 * There the reverse direction has read one token, the last, so it takes one step, from the initial state; where that is
 * zero, without a recurrent product. With `overPadding` it comes from the end of the batch, T − length + 1 steps. The
 * forward direction stops at a row's length either way.
 *
 * @param cell which layer: `rnn`, `gru` or `lstm`
 * @param x the inputs, shape [B, T, I], float32
 * @param lengths each row's length in tokens, shape [B], between 1 and T; undefined where all are T
 * @param weights under PyTorch's names; two directions (D = 2) where those of the reverse direction are there, else one
 * @param options initial states and padding
 * @returns shape [B, D·H], float32, the reverse direction's beside the forward one's; differentiable in x, the weights
 *   and the initial states
 * @throws HeadwaterError `HW_USAGE` when shapes, dtypes or lengths do not fit
 *
 * @example
 * ```ts
 * import { recurrentLast, registerOps } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const weights = { weight_ih_l0: tf.ones([12, 2]), weight_hh_l0: tf.zeros([12, 4]), bias_ih_l0: tf.zeros([12]), bias_hh_l0: tf.zeros([12]) };
 * recurrentLast('gru', tf.ones([3, 5, 2]), Int32Array.of(5, 2, 1), weights).shape; // [3, 4]
 * ```
 */
export const recurrentLast = (
  cell: CellName,
  x: Tensor,
  lengths: Int32Array | undefined,
  weights: LayerWeights<Tensor>,
  options: RecurrentOptions = {},
): Tensor2D => runLast('recurrentLast', cell, x, lengths, weights, options);
