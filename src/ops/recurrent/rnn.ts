import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import type { LayerWeights } from './internal/RecurrentPass.js';
import { runLayer } from './internal/runLayer.js';
import type { RecurrentOptions } from './internal/runLayer.js';

/** What an RNN or GRU layer puts out. */
export interface RecurrentOutput {
  /**
   * The hidden state after every token, shape [B, T, D·H], the reverse direction's beside the forward one's; 0 past a
   * row's length.
   */
  readonly output: Tensor3D;
  /**
   * The hidden state each direction ends with, shape [D, B, H]: after a row's last token, and, in reverse, after its
   * first.
   */
  readonly hidden: Tensor3D;
}

/**
 * Runs a simple recurrent layer over a batch: h' = tanh(W_ih·x + b_ih + W_hh·h + b_hh), torch.nn.RNN with batch_first.
 *
 * Each row stops at its length, and the reverse direction starts at its last token; nothing past it is computed. With
 * `overPadding` the layer runs over the padding too, as the lesson does.
 *
 * @param x the inputs, shape [B, T, I], float32
 * @param lengths each row's length in tokens, shape [B], between 1 and T; undefined where all are T
 * @param weights under PyTorch's names; two directions (D = 2) where those of the reverse direction are there, else one
 * @param options initial states and padding
 * @returns outputs and final states, float32; differentiable in x, the weights and the initial states
 * @throws HeadwaterError `HW_USAGE` when shapes, dtypes or lengths do not fit
 * @see {@link recurrentLast}, where only the output at the last token is read
 *
 * @example
 * ```ts
 * import { registerOps, rnn } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const weights = { weight_ih_l0: tf.ones([4, 2]), weight_hh_l0: tf.zeros([4, 4]), bias_ih_l0: tf.zeros([4]), bias_hh_l0: tf.zeros([4]) };
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
