import { engine } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { checkOptions, checkTypes } from '../../../contracts/checkOption.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { checkLengths } from '../../internal/checkLengths.js';
import { checkShape } from '../../internal/checkShape.js';
import { checkLayerWeights } from './checkRecurrent.js';
import type { CellName, LayerAttributes, LayerWeights } from './RecurrentPass.js';
import { RECURRENT_OPS } from './recurrentOps.js';
import type { LayerInputs } from './recurrentOps.js';

/** The states of a layer between two runs. The final states of one run can be the initial states of another. */
export interface RecurrentState {
  /** Hidden states, shape [D, B, H], float32. */
  readonly hidden: Tensor;
  /** Cell states, shape [D, B, H], float32. Only an LSTM has them; it needs both states or none. */
  readonly cell?: Tensor | undefined;
}

/** Options of a recurrent layer. */
export interface RecurrentOptions<State extends RecurrentState = RecurrentState> {
  /** The initial states of each direction. Default zeros. */
  readonly initialState?: State | undefined;
  /**
   * Whether to also run over the padding, as the lesson does. Default false: every row stops at its length.
   *
   * With true, the reverse direction reads the padding of a row before its tokens. The result of a row then depends on
   * the longest row of the batch.
   */
  readonly overPadding?: boolean | undefined;
}

/** Checks the arguments of a layer and converts them for its kernels. */
const prepare = (
  op: string,
  cell: CellName,
  x: Tensor,
  lengths: Int32Array | undefined,
  weights: LayerWeights<Tensor>,
  options: RecurrentOptions,
): { readonly inputs: LayerInputs<Tensor>; readonly attributes: LayerAttributes; readonly directions: 1 | 2 } => {
  checkOptions(op, options, 'x, lengths, weights, { overPadding: true }');
  const { initialState, overPadding = false } = options;
  checkTypes(op, { overPadding }, { overPadding: 'boolean' });
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

/** Only the known weights of the given object: every property of a kernel's inputs must be one of its tensors. */
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

/** Runs a layer and returns every output and the final states. The cell state is undefined except for an LSTM. */
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
  (fourth ?? third)!.dispose(); // the reserve: the tape holds its own reference
  return {
    output: output as Tensor3D,
    hidden: hidden as Tensor3D,
    cell: fourth === undefined ? undefined : (third as Tensor3D),
  };
};

/** Runs only the steps that the output of each row at its last token needs. */
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
