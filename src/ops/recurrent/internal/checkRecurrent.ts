import type { Tensor } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { checkShape } from '../../internal/checkShape.js';
import type { CellName, CellWeights, LayerWeights } from './RecurrentPass.js';

/** The number of blocks of H rows in the weights of a cell: one per gate, in PyTorch's order. */
export const GATES: Readonly<Record<CellName, number>> = { rnn: 1, gru: 3, lstm: 4 };

/** Checks that the weights fit each other and the inputs. `suffix` is the suffix of their names in PyTorch. */
const checkDirection = (
  op: string,
  cell: CellName,
  inputSize: number,
  hiddenSize: number,
  weights: CellWeights<Tensor>,
  suffix: string,
): void => {
  const rows = GATES[cell] * hiddenSize;
  checkShape(op, `weight_ih${suffix}`, weights.weight_ih, [rows, inputSize]);
  checkShape(op, `weight_hh${suffix}`, weights.weight_hh, [rows, hiddenSize]);
  checkShape(op, `bias_ih${suffix}`, weights.bias_ih, [rows]);
  checkShape(op, `bias_hh${suffix}`, weights.bias_hh, [rows]);
};

/** Checks the weights of a single cell, and returns H. */
export const checkCellWeights = (
  op: string,
  cell: CellName,
  inputSize: number,
  weights: CellWeights<Tensor>,
): number => {
  checkShape(op, 'weight_hh', weights.weight_hh, ['G·H', 'H']);
  const hiddenSize = weights.weight_hh.shape[1]!;
  checkDirection(op, cell, inputSize, hiddenSize, weights, '');
  return hiddenSize;
};

/** Checks the weights of a layer, and returns H and the number of directions. */
export const checkLayerWeights = (
  op: string,
  cell: CellName,
  inputSize: number,
  layer: LayerWeights<Tensor>,
): { readonly hiddenSize: number; readonly directions: 1 | 2 } => {
  checkShape(op, 'weight_hh_l0', layer.weight_hh_l0, ['G·H', 'H']);
  const hiddenSize = layer.weight_hh_l0.shape[1]!;
  checkDirection(
    op,
    cell,
    inputSize,
    hiddenSize,
    {
      weight_ih: layer.weight_ih_l0,
      weight_hh: layer.weight_hh_l0,
      bias_ih: layer.bias_ih_l0,
      bias_hh: layer.bias_hh_l0,
    },
    '_l0',
  );
  const {
    weight_ih_l0_reverse: weight_ih,
    weight_hh_l0_reverse: weight_hh,
    bias_ih_l0_reverse: bias_ih,
    bias_hh_l0_reverse: bias_hh,
  } = layer;
  const missing = Object.entries({ weight_ih, weight_hh, bias_ih, bias_hh }).flatMap(([name, tensor]) =>
    tensor === undefined ? [`${name}_l0_reverse`] : [],
  );
  if (missing.length === 4) return { hiddenSize, directions: 1 };
  if (weight_ih === undefined || weight_hh === undefined || bias_ih === undefined || bias_hh === undefined) {
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given some weights of the reverse direction, but not ` +
        `${missing.join(', ')}. Give all four, or none for a layer of one direction.`,
    );
  }
  checkDirection(op, cell, inputSize, hiddenSize, { weight_ih, weight_hh, bias_ih, bias_hh }, '_l0_reverse');
  return { hiddenSize, directions: 2 };
};
