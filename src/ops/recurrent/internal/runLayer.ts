import { engine } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { checkLengths } from '../../internal/checkLengths.js';
import { checkShape } from '../../internal/checkShape.js';
import { checkLayerWeights } from './checkRecurrent.js';
import type { CellName, LayerAttributes, LayerWeights } from './RecurrentPass.js';
import { RECURRENT_OPS } from './recurrentOps.js';
import type { LayerInputs } from './recurrentOps.js';

/** The states between two runs of a layer: what a run ended with is what another may start from. */
export interface RecurrentState {
  /** Hidden states, shape [D, B, H], float32. */
  readonly hidden: Tensor;
  /** Cell states, likewise: of an LSTM, which has both or none. */
  readonly cell?: Tensor | undefined;
}

/** How a recurrent layer runs. */
export interface RecurrentOptions<State extends RecurrentState = RecurrentState> {
  /** The states that each direction starts from: default zeros. */
  readonly initialState?: State | undefined;
  /**
   * Whether to run over the padding too, as the lesson does: default false, every row stops at its length.
   *
   * Over the padding, the reverse direction reads a row's padding before its tokens, so what comes out depends on the
   * longest row of the batch.
   */
  readonly overPadding?: boolean | undefined;
}

/** Checks what a layer is given and brings it into the form of its kernels. */
const prepare = (
  op: string,
  cell: CellName,
  x: Tensor,
  lengths: Int32Array | undefined,
  weights: LayerWeights<Tensor>,
  { initialState, overPadding = false }: RecurrentOptions,
): { readonly inputs: LayerInputs<Tensor>; readonly attributes: LayerAttributes; readonly directions: 1 | 2 } => {
  checkShape(op, 'x', x, ['B', 'T', 'I']);
  const [batch, time, inputSize] = x.shape as [number, number, number];
  if (batch === 0 || time === 0)
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given x of shape [${x.shape.join(', ')}]. A batch has at least one row of at least one step.`,
    );
  const { hiddenSize, directions } = checkLayerWeights(op, cell, inputSize, weights);
  if (lengths !== undefined) checkLengths(op, lengths, batch, time);
  const { hidden, cell: cellState } = initialState ?? {};
  if (hidden !== undefined) checkShape(op, 'initialState.hidden', hidden, [directions, batch, hiddenSize]);
  if (cell === 'lstm' && hidden !== undefined) {
    if (cellState === undefined)
      throw new HeadwaterError(
        'HW_USAGE',
        `${op} was given initialState.hidden without initialState.cell. An LSTM starts from both, or from neither.`,
      );
    checkShape(op, 'initialState.cell', cellState, [directions, batch, hiddenSize]);
  }
  return {
    inputs: { x, ...weightsAlone(weights, directions), h0: hidden, c0: cell === 'lstm' ? cellState : undefined },
    attributes: {
      lengths: lengths ?? new Int32Array(batch).fill(time),
      overPadding,
      fromState: hidden !== undefined,
      reserve: engine().isTapeOn(),
    },
    directions,
  };
};

/** The weights without whatever else the object given may hold: a kernel's inputs are tensors by the names it knows. */
export const weightsAlone = (weights: LayerWeights<Tensor>, directions: 1 | 2): LayerWeights<Tensor> => {
  const {
    weight_ih_l0,
    weight_hh_l0,
    bias_ih_l0,
    bias_hh_l0,
    weight_ih_l0_reverse,
    weight_hh_l0_reverse,
    bias_ih_l0_reverse,
    bias_hh_l0_reverse,
  } = weights;
  const forward = { weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0 };
  return directions === 1
    ? forward
    : { ...forward, weight_ih_l0_reverse, weight_hh_l0_reverse, bias_ih_l0_reverse, bias_hh_l0_reverse };
};

/** Runs a layer: every output, and the final states, the cell's being undefined unless it is an LSTM's. */
export const runLayer = (
  op: string,
  cell: CellName,
  x: Tensor,
  lengths: Int32Array | undefined,
  weights: LayerWeights<Tensor>,
  options: RecurrentOptions,
): { readonly output: Tensor3D; readonly hidden: Tensor3D; readonly cell: Tensor3D | undefined } => {
  const { inputs, attributes, directions } = prepare(op, cell, x, lengths, weights, options);
  const ops = RECURRENT_OPS[cell];
  const [output, hidden, third, fourth] = (directions === 1 ? ops.layer : ops.bidirectional).run(inputs, attributes);
  (fourth ?? third)!.dispose(); // the reserve: the tape holds a reference of its own
  return {
    output: output as Tensor3D,
    hidden: hidden as Tensor3D,
    cell: fourth === undefined ? undefined : (third as Tensor3D),
  };
};

/** Runs a layer as far as each row's output at its last token asks for. */
export const runLast = (
  op: string,
  cell: CellName,
  x: Tensor,
  lengths: Int32Array | undefined,
  weights: LayerWeights<Tensor>,
  options: RecurrentOptions,
): Tensor2D => {
  const { inputs, attributes, directions } = prepare(op, cell, x, lengths, weights, options);
  const ops = RECURRENT_OPS[cell];
  const [last, reserve] = (directions === 1 ? ops.last : ops.lastBidirectional).run(inputs, attributes);
  reserve!.dispose();
  return last as Tensor2D;
};
