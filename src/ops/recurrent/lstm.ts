import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import type { LayerWeights } from './internal/RecurrentPass.js';
import { runLayer } from './internal/runLayer.js';
import type { RecurrentOptions, RecurrentState } from './internal/runLayer.js';
import type { RecurrentOutput } from './rnn.js';

/** The initial states of an LSTM layer. It needs both. */
export type LstmState = Required<RecurrentState>;

/** The result of an LSTM layer. */
export interface LstmOutput extends RecurrentOutput {
  /** The final cell state of each direction, shape [D, B, H]. */
  readonly cell: Tensor3D;
}

/**
 * Runs a layer of long short-term memory over a batch, as torch.nn.LSTM with batch_first.
 *
 * The order of the gates is i, f, g, o:
 *
 *     i  = σ(W_ii·x + b_ii + W_hi·h + b_hi)
 *     f  = σ(W_if·x + b_if + W_hf·h + b_hf)
 *     g  = tanh(W_ig·x + b_ig + W_hg·h + b_hg)
 *     o  = σ(W_io·x + b_io + W_ho·h + b_ho)
 *     c' = f·c + i·g
 *     h' = o·tanh(c')
 *
 * Each row stops at its length, and the reverse direction starts at its last token. Nothing past the length is
 * computed. With `overPadding` the layer also runs over the padding, as the lesson does.
 *
 * @param x the inputs, shape [B, T, I], float32
 * @param lengths the length of each row in tokens, shape [B], between 1 and T; undefined if all lengths are T
 * @param weights under PyTorch's names, with 4·H rows; two directions (D = 2) if the weights of the reverse direction
 *   are given, else one
 * @param options initial hidden and cell states, and padding
 * @returns the outputs and final states, float32; differentiable in x, the weights and the initial states
 * @throws HeadwaterError `HW_USAGE` when the shapes, dtypes or lengths do not fit
 * @see {@link recurrentLast}, if only the output at the last token is read
 *
 * @example
 * ```ts
 * import { lstm, registerOps } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const weights = {
 *   weight_ih_l0: tf.ones([16, 2]),
 *   weight_hh_l0: tf.zeros([16, 4]),
 *   bias_ih_l0: tf.zeros([16]),
 *   bias_hh_l0: tf.zeros([16]),
 * };
 * const first = lstm(tf.ones([3, 5, 2]), Int32Array.of(5, 2, 1), weights);
 * const second = lstm(tf.ones([3, 5, 2]), undefined, weights, { initialState: first });
 * second.cell.shape; // [1, 3, 4]
 * ```
 */
export const lstm = (
  x: Tensor,
  lengths: Int32Array | undefined,
  weights: LayerWeights<Tensor>,
  options: RecurrentOptions<LstmState> = {},
): LstmOutput => {
  const { output, hidden, cell } = runLayer('lstm', 'lstm', x, lengths, weights, options);
  return { output, hidden, cell: cell! };
};
