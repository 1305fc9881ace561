import { concat, reshape, slice } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { GATES } from '../../recurrent/internal/checkRecurrent.js';
import { namedWeights } from '../../recurrent/internal/recurrentOps.js';
import type { CellName, CellWeights } from '../../recurrent/internal/RecurrentPass.js';

/** The place of a weight in the parameters of cuDNN. */
export interface ParameterPlace {
  readonly name: keyof CellWeights<unknown>;
  readonly shape: readonly number[];
  /** The offset of the weight, in values. */
  readonly offset: number;
  readonly size: number;
}

/**
 * The places of the weights of a layer of one direction in cuDNN's parameters: all matrices row by row, those of the
 * inputs before those of the hidden state, and then the biases in the same order.
 *
 * cuDNN numbers the parameters of the gates (linLayerID) by the gates of the inputs, then by those of the hidden state,
 * in the order r, z, n for a GRU and i, f, g, o for an LSTM. That is PyTorch's order. The GRU of cuDNN also applies the
 * reset gate after the recurrent product, as PyTorch does. So each of PyTorch's four weights is one contiguous range.
 * Keras relies on the same layout. For two directions in one call the layout is not documented, so each direction has
 * its own call.
 *
 * Source: the reference of cuDNN, cudnnRNNMode_t and cudnnGetRNNWeightParams.
 */
export const cudnnLayout = (cell: CellName, inputSize: number, hiddenSize: number): readonly ParameterPlace[] => {
  const rows = GATES[cell] * hiddenSize;
  const shapes: readonly (readonly [ParameterPlace['name'], readonly number[]])[] = [
    ['weight_ih', [rows, inputSize]],
    ['weight_hh', [rows, hiddenSize]],
    ['bias_ih', [rows]],
    ['bias_hh', [rows]],
  ];
  let offset = 0;
  return shapes.map(([name, shape]) => {
    const size = shape.reduce((product, side) => product * side, 1);
    const place = { name, shape, offset, size };
    offset += size;
    return place;
  });
};

/** The number of values of the parameters. */
export const cudnnSize = (layout: readonly ParameterPlace[]): number => layout.reduce((sum, { size }) => sum + size, 0);

/** PyTorch's weights as cuDNN's parameters, shape [N]. */
export const toCudnn = (layout: readonly ParameterPlace[], weights: CellWeights<Tensor>): Tensor =>
  concat(layout.map(({ name, size }) => reshape(weights[name], [size])));

/** cuDNN's parameters, or their gradients, as PyTorch's weights. */
export const fromCudnn = (layout: readonly ParameterPlace[], parameters: Tensor): CellWeights<Tensor> =>
  namedWeights(
    layout.map(({ name }) => name),
    layout.map(({ shape, offset, size }) => reshape(slice(parameters, [offset], [size]), [...shape])),
  );
