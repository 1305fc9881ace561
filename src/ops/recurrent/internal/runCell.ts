import { engine } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { checkShape } from '../../internal/checkShape.js';
import { checkCellWeights } from './checkRecurrent.js';
import type { CellName, CellWeights } from './RecurrentPass.js';
import { RECURRENT_OPS } from './recurrentOps.js';

/** Runs one step of a cell and returns the new states. The cell state is undefined except for an LSTM. */
export const runCell = (
  op: string,
  cell: CellName,
  x: Tensor,
  state: { readonly hidden: Tensor; readonly cell?: Tensor },
  weights: CellWeights<Tensor>,
): { readonly hidden: Tensor2D; readonly cell: Tensor2D | undefined } => {
  checkShape(op, 'x', x, ['B', 'I']);
  const [batch, inputSize] = x.shape as [number, number];
  const hiddenSize = checkCellWeights(op, cell, inputSize, weights);
  checkShape(op, 'hidden', state.hidden, [batch, hiddenSize]);
  if (state.cell !== undefined) checkShape(op, 'cell', state.cell, [batch, hiddenSize]);
  const { weight_ih, weight_hh, bias_ih, bias_hh } = weights;
  const [hidden, second, third] = RECURRENT_OPS[cell].cell.run(
    { x, h0: state.hidden, c0: state.cell, weight_ih, weight_hh, bias_ih, bias_hh },
    { reserve: engine().isTapeOn() },
  );
  (third ?? second)!.dispose(); // the reserve: the tape holds its own reference
  return { hidden: hidden as Tensor2D, cell: third === undefined ? undefined : (second as Tensor2D) };
};
