import { concat, reshape, slice } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { GATES } from '../../recurrent/internal/checkRecurrent.js';
import type { CellName, CellWeights } from '../../recurrent/internal/RecurrentPass.js';

/** A weight's place in cuDNN's parameters. */
export interface ParameterPlace {
  readonly name: keyof CellWeights<unknown>;
  readonly shape: readonly number[];
  /** Where it begins, in values. */
  readonly offset: number;
  readonly size: number;
}

/**
 * Where cuDNN has which weight of a layer of one direction: all matrices row by row, those of the inputs before those
 * of the hidden state, then the biases likewise.
 *
 * Its numbers for a gate's parameters (linLayerID) count the gates of the inputs, then those of the hidden state, in
 * the order r, z, n for a GRU and i, f, g, o for an LSTM. That is PyTorch's order, and its GRU applies the reset gate
 * after the recurrent product, as PyTorch's does: so each of PyTorch's four weights is one stretch. Keras's layers rest
 * on the same layout. For two directions in one call nothing says it, hence a call a direction.
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

/** How many values the parameters have. */
export const cudnnSize = (layout: readonly ParameterPlace[]): number => layout.reduce((sum, { size }) => sum + size, 0);

/** PyTorch's weights as cuDNN's parameters, shape [N]. */
export const toCudnn = (layout: readonly ParameterPlace[], weights: CellWeights<Tensor>): Tensor =>
  concat(layout.map(({ name, size }) => reshape(weights[name], [size])));

/**
 * cuDNN's parameters, or their gradients, as PyTorch's weights. Their names are the layout's, which the compiler cannot
 * see in a list of pairs.
 */
export const fromCudnn = (layout: readonly ParameterPlace[], parameters: Tensor): CellWeights<Tensor> =>
  Object.fromEntries(
    layout.map(({ name, shape, offset, size }) => [name, reshape(slice(parameters, [offset], [size]), [...shape])]),
  ) as unknown as CellWeights<Tensor>;
