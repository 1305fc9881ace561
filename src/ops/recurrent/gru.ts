import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayerWeights } from './internal/RecurrentPass.js';
import { runLayer } from './internal/runLayer.js';
import type { RecurrentOptions } from './internal/runLayer.js';
import type { RecurrentOutput } from './rnn.js';

/**
 * Runs a layer of gated recurrent units over a batch, as torch.nn.GRU with batch_first.
 *
 * The order of the gates is r, z, n. The reset gate is applied after the recurrent product:
 *
 *     r  = σ(W_ir·x + b_ir + W_hr·h + b_hr)
 *     z  = σ(W_iz·x + b_iz + W_hz·h + b_hz)
 *     n  = tanh(W_in·x + b_in + r·(W_hn·h + b_hn))
 *     h' = (1 − z)·n + z·h
 *
 * Each row stops at its length, and the reverse direction starts at its last token. Nothing past the length is
 * computed. With `overPadding` the layer also runs over the padding, as the lesson does.
 *
 * @param x the inputs, shape [B, T, I], float32
 * @param lengths the length of each row in tokens, shape [B], between 1 and T; undefined if all lengths are T
 * @param weights under PyTorch's names, with 3·H rows; two directions (D = 2) if the weights of the reverse direction
 *   are given, else one
 * @param options initial states and padding
 * @returns the outputs and final states, float32; differentiable in x, the weights and the initial states
 * @throws HeadwaterError `HW_USAGE` when the shapes, dtypes or lengths do not fit
 * @see {@link recurrentLast}, if only the output at the last token is read
 *
 * @example
 * ```ts
 * import { gru, registerOps } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const weights = {
 *   weight_ih_l0: tf.ones([12, 2]),
 *   weight_hh_l0: tf.zeros([12, 4]),
 *   bias_ih_l0: tf.zeros([12]),
 *   bias_hh_l0: tf.zeros([12]),
 * };
 * const first = gru(tf.ones([3, 5, 2]), Int32Array.of(5, 2, 1), weights);
 * const second = gru(tf.ones([3, 5, 2]), undefined, weights, { initialState: first });
 * second.output.shape; // [3, 5, 4]
 * ```
 */
export const gru = (
  x: Tensor,
  lengths: Int32Array | undefined,
  weights: LayerWeights<Tensor>,
  options: RecurrentOptions = {},
): RecurrentOutput => {
  const { output, hidden } = runLayer('gru', 'gru', x, lengths, weights, options);
  return { output, hidden };
};
