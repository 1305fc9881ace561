import type { StateDict } from '../../../contracts/models/StateDict.js';
import type { ClassifierConfig } from '../../ClassifierConfig.js';
import type { OnnxNode, OnnxTensor } from './onnxModel.js';

/**
 * The gates of each cell in ONNX's order, as their places in PyTorch's: i, o, f, g of i, f, g, o for the LSTM; z, r, n
 * of r, z, n for the GRU (https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html).
 */
const GATE_ORDER = { rnn: [0], gru: [1, 0, 2], lstm: [0, 3, 1, 2] } as const;

const OPS = { rnn: 'RNN', gru: 'GRU', lstm: 'LSTM' } as const;

/** The blocks of a weight, one a gate, put one after another in ONNX's order. */
const reordered = (data: Float32Array, order: readonly number[]): Float32Array => {
  const block = data.length / order.length;
  const result = new Float32Array(data.length);
  order.forEach((from, to) => result.set(data.subarray(from * block, (from + 1) * block), to * block));
  return result;
};

/** The values that a recurrent operation reads and writes, by their names in the graph. */
export interface RecurrentValues {
  /** Inputs, shape [T, B, E]. */
  readonly x: string;
  /** Each row's length, shape [B], int32; undefined where all rows take every step. */
  readonly lengths?: string | undefined;
  /** Every step's output, shape [T, 1, B, H]; undefined where nothing reads them. */
  readonly outputs?: string | undefined;
  /** The final states, shape [1, B, H]; undefined where nothing reads them. */
  readonly last?: string | undefined;
}

/**
 * One direction of the recurrent layer as an operation of ONNX, with its weights.
 *
 * @param suffix which direction's weights: empty, or `_reverse`
 * @param direction which way it reads
 * @param prefix what names of its weights begin with
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
    reordered(weights.get(`${prefix}rnn.${name}_l0${suffix}`)!.data, order);
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
        // PyTorch's GRU multiplies the reset gate after the recurrent product and its bias, not before.
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
