import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import type { LayerWeights } from './internal/RecurrentPass.js';
import { runLayer } from './internal/runLayer.js';
import type { RecurrentOptions } from './internal/runLayer.js';

/** The result of an RNN or GRU layer. */
export interface RecurrentOutput {
  /**
   * The hidden state after each token, shape [B, T, D·H], the forward direction before the reverse one; 0 past the
   * length of a row.
   */
  readonly output: Tensor3D;
  /**
   * The final hidden state of each direction, shape [D, B, H]: after the last token of a row, and for the reverse
   * direction after its first token.
   */
  readonly hidden: Tensor3D;
}

/**
 * Runs a simple recurrent layer over a batch: h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh), as torch.nn.RNN with
 * batch_first.
 *
 * Each row stops at its length, and the reverse direction starts at its last token. Nothing past the length is
 * computed. With `overPadding` the layer also runs over the padding, as the lesson does.
 *
 * @param x the inputs, shape [B, T, I], float32
 * @param lengths the length of each row in tokens, shape [B], between 1 and T; undefined if all lengths are T
 * @param weights under PyTorch's names; two directions (D = 2) if the weights of the reverse direction are given, else
 *   one
 * @param options initial states and padding
 * @returns the outputs and final states, float32; differentiable in x, the weights and the initial states
 * @throws HeadwaterError `HW_USAGE` when the shapes, dtypes or lengths do not fit
 * @see {@link recurrentLast}, if only the output at the last token is read
 *
 * @example
 * ```ts
 * import { registerOps, rnn } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const weights = {
 *   weight_ih_l0: tf.ones([4, 2]),
 *   weight_hh_l0: tf.zeros([4, 4]),
 *   bias_ih_l0: tf.zeros([4]),
 *   bias_hh_l0: tf.zeros([4]),
 * };
 * const { output, hidden } = rnn(tf.ones([3, 5, 2]), Int32Array.of(5, 2, 1), weights);
 * output.shape; // [3, 5, 4]
 * hidden.shape; // [1, 3, 4]
 * ```
 */
export const rnn = (
  x: Tensor,
  lengths: Int32Array | undefined,
  weights: LayerWeights<Tensor>,
  options: RecurrentOptions = {},
): RecurrentOutput => {
  const { output, hidden } = runLayer('rnn', 'rnn', x, lengths, weights, options);
  return { output, hidden };
};
