import type { StateDict } from '../../../contracts/models/StateDict.js';
import type { ClassifierConfig } from '../../ClassifierConfig.js';
import type { OnnxNode, OnnxTensor } from './onnxModel.js';

/**
 * For each cell, the positions in PyTorch's order of the gates in ONNX's order: i, o, f, g from i, f, g, o for the
 * LSTM; z, r, n from r, z, n for the GRU (https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html).
 */
const GATE_ORDER = { rnn: [0], gru: [1, 0, 2], lstm: [0, 3, 1, 2] } as const;

const OPS = { rnn: 'RNN', gru: 'GRU', lstm: 'LSTM' } as const;

/** Puts the blocks of a weight, one per gate, into ONNX's order. */
const inOnnxOrder = (data: Float32Array, order: readonly number[]): Float32Array => {
  const block = data.length / order.length;
  const result = new Float32Array(data.length);
  order.forEach((from, to) => result.set(data.subarray(from * block, (from + 1) * block), to * block));
  return result;
};

/** The names in the graph of the values that a recurrent operation reads and writes. */
export interface RecurrentValues {
  /** Inputs, shape [T, B, E]. */
  readonly x: string;
  /** Each row's length, shape [B], int32; undefined where all rows have full length. */
  readonly lengths?: string | undefined;
  /** The outputs of all steps, shape [T, 1, B, H]; undefined where they are not used. */
  readonly outputs?: string | undefined;
  /** The final states, shape [1, B, H]; undefined where they are not used. */
  readonly last?: string | undefined;
}

/**
 * Makes an ONNX operation, with its weights, for one direction of the recurrent layer.
 *
 * @param suffix selects the direction's weights: empty, or `_reverse`
 * @param direction the direction in which it reads
 * @param prefix the prefix of the names of its weights
 */
export const recurrentNode = (
  { cell, hiddenDim, embeddingDim }: Pick<ClassifierConfig, 'cell' | 'hiddenDim' | 'embeddingDim'>,
  weights: StateDict,
  suffix: '' | '_reverse',
  direction: 'forward' | 'reverse',
  { x, lengths = '', outputs = '', last = '' }: RecurrentValues,
  prefix = '',
): { readonly node: OnnxNode; readonly tensors: readonly OnnxTensor[] } => {
  const order = GATE_ORDER[cell];
  const rows = order.length * hiddenDim;
  const ordered = (name: string): Float32Array =>
    inOnnxOrder(weights.get(`${prefix}rnn.${name}_l0${suffix}`)!.data, order);
  const bias = new Float32Array(2 * rows);
  bias.set(ordered('bias_ih'));
  bias.set(ordered('bias_hh'), rows);
  const name = (of: string): string => `${prefix}rnn.${of}${suffix}`;
  return {
    node: {
      op: OPS[cell],
      inputs: [x, name('W'), name('R'), name('B'), lengths],
      outputs: [outputs, last],
      attributes: {
        hidden_size: hiddenDim,
        direction,
        // PyTorch's GRU applies the reset gate after the recurrent product and its bias, not before.
        ...(cell === 'gru' && { linear_before_reset: 1 }),
      },
    },
    tensors: [
      { name: name('W'), shape: [1, rows, embeddingDim], data: ordered('weight_ih') },
      { name: name('R'), shape: [1, rows, hiddenDim], data: ordered('weight_hh') },
      { name: name('B'), shape: [1, 2 * rows], data: bias },
    ],
  };
};
