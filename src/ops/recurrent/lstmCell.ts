import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { CellWeights } from './internal/RecurrentPass.js';
import { runCell } from './internal/runCell.js';

/** The states of an LSTM cell. */
export interface LstmCellState<T extends Tensor = Tensor> {
  /** Hidden states, shape [B, H], float32. */
  readonly hidden: T;
  /** Cell states, shape [B, H], float32. */
  readonly cell: T;
}

/**
 * One step of a long short-term memory cell, as torch.nn.LSTMCell. The equations are at {@link lstm}.
 *
 * @param x the inputs, shape [B, I], float32
 * @param state the states before the step
 * @param weights under PyTorch's names, with 4·H rows (i, f, g, o)
 * @returns the states after the step; differentiable in all inputs
 * @throws HeadwaterError `HW_USAGE` when the shapes or dtypes do not fit
 *
 * @example
 * ```ts
 * import { lstmCell, registerOps } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const weights = {
 *   weight_ih: tf.ones([16, 2]),
 *   weight_hh: tf.zeros([16, 4]),
 *   bias_ih: tf.zeros([16]),
 *   bias_hh: tf.zeros([16]),
 * };
 * lstmCell(tf.ones([3, 2]), { hidden: tf.zeros([3, 4]), cell: tf.zeros([3, 4]) }, weights).cell.shape; // [3, 4]
 * ```
 */
export const lstmCell = (x: Tensor, state: LstmCellState, weights: CellWeights<Tensor>): LstmCellState<Tensor2D> => {
  const { hidden, cell } = runCell('lstmCell', 'lstm', x, state, weights);
  return { hidden, cell: cell! };
};
