import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { CellName, LayerWeights } from './internal/RecurrentPass.js';
import { runLast } from './internal/runLayer.js';
import type { RecurrentOptions } from './internal/runLayer.js';

/**
 * Runs a recurrent layer and returns the output of each row at its last token: `gatherLast(layer(…).output, lengths)`,
 * without the steps that this output does not need.
 *
 * At its last token, a row's reverse direction has read only that token. So it takes one step from the initial state,
 * and skips the recurrent product if that state is zero. With `overPadding` it starts at the end of the batch and takes
 * T − length + 1 steps. The forward direction stops at the length of the row in both cases.
 *
 * @param cell the kind of layer: `rnn`, `gru` or `lstm`
 * @param x the inputs, shape [B, T, I], float32
 * @param lengths the length of each row in tokens, shape [B], between 1 and T; undefined if all lengths are T
 * @param weights under PyTorch's names; two directions (D = 2) if the weights of the reverse direction are given, else
 *   one
 * @param options initial states and padding
 * @returns shape [B, D·H], float32, the forward direction before the reverse one; differentiable in x, the weights and
 *   the initial states
 * @throws HeadwaterError `HW_USAGE` when the shapes, dtypes or lengths do not fit
 *
 * @example
 * ```ts
 * import { recurrentLast, registerOps } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const weights = {
 *   weight_ih_l0: tf.ones([12, 2]),
 *   weight_hh_l0: tf.zeros([12, 4]),
 *   bias_ih_l0: tf.zeros([12]),
 *   bias_hh_l0: tf.zeros([12]),
 * };
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
