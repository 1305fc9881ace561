import { checkArgument } from '../../contracts/checkArgument.js';
import { engine } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor3D } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { checkLengths } from '../internal/checkLengths.js';
import { checkShape } from '../internal/checkShape.js';
import { checkLayerWeights } from './internal/checkRecurrent.js';
import { INDEXED_OPS } from './internal/indexedOps.js';
import type { CellName, LayerWeights } from './internal/RecurrentPass.js';
import { weightsAlone } from './internal/runLayer.js';

/** The index of the row of values that each token of a batch reads. */
export interface IndexedBatch {
  /** The number of rows of the batch, B; at least 1. */
  readonly size: number;
  /** The length of the longest row, T; at least 1. */
  readonly time: number;
  /** The row of values of each token, shape [B, T]. Values past the length of a row are not read. */
  readonly places: Int32Array;
  /** The length of each row in tokens, shape [B], between 1 and T. */
  readonly lengths: Int32Array;
}

/**
 * Runs a recurrent layer over inputs of which many are equal, and returns every output: the output of `rnn`, `gru` or
 * `lstm` for x[i, t] = rows[places[i, t]].
 *
 * A batch of texts repeats the same words many times. The fast kernels of the embedded backend multiply each distinct
 * word by the input weights once, and sum gradients before they multiply them. Any other backend looks the inputs up
 * and runs the layer. A dropout on the rows drops the same values of a word at each of its positions in the batch.
 *
 * @param cell the kind of layer: `rnn`, `gru` or `lstm`
 * @param rows the distinct inputs, shape [U, I], float32
 * @param batch the row of each token
 * @param weights under PyTorch's names; two directions (D = 2) if the weights of the reverse direction are given, else
 *   one
 * @returns shape [B, T, D·H], float32, the forward direction before the reverse one; 0 past the length of a row;
 *   differentiable in the rows and the weights
 * @throws HeadwaterError `HW_USAGE` when the shapes, dtypes, places or lengths do not fit
 * @see {@link distinctWords}, which finds the distinct words of a batch
 *
 * @example
 * ```ts
 * import { indexedRecurrent, registerOps } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const weights = {
 *   weight_ih_l0: tf.ones([12, 2]),
 *   weight_hh_l0: tf.zeros([12, 4]),
 *   bias_ih_l0: tf.zeros([12]),
 *   bias_hh_l0: tf.zeros([12]),
 * };
 * const batch = { size: 2, time: 2, places: Int32Array.of(0, 1, 0, -1), lengths: Int32Array.of(2, 1) };
 * indexedRecurrent('gru', tf.ones([2, 2]), batch, weights).shape; // [2, 2, 4]
 * ```
 */
export const indexedRecurrent = (
  cell: CellName,
  rows: Tensor,
  batch: IndexedBatch,
  weights: LayerWeights<Tensor>,
): Tensor3D => {
  checkArgument('indexedRecurrent', 'batch', batch, 'a batch of indexed rows', ['places', 'lengths']);
  checkArgument('indexedRecurrent', 'weights', weights, 'the weights of a layer', ['weight_ih_l0']);

  const op = 'indexedRecurrent';
  const { size, time, places, lengths } = batch;
  checkShape(op, 'rows', rows, ['U', 'I']);
  const [count, inputSize] = rows.shape as [number, number];
  if (size === 0) throw new HeadwaterError('HW_USAGE', `${op} was given a batch of no rows. A batch has at least one.`);
  checkLengths(op, lengths, size, time);
  if (places.length !== size * time)
    throw new HeadwaterError(
      'HW_USAGE',
      `${op} was given ${places.length} places for ${size} rows of ${time} tokens. There must be one a token.`,
    );
  for (let i = 0; i < places.length; i++)
    if (i % time < lengths[Math.floor(i / time)]! && !(places[i]! >= 0 && places[i]! < count))
      throw new HeadwaterError(
        'HW_USAGE',
        `${op} was given the place ${places[i]!} at row ${Math.floor(i / time)}, ` +
          `position ${i % time}. Places must be between 0 and ${count - 1}.`,
      );
  const { directions } = checkLayerWeights(op, cell, inputSize, weights);
  const ops = INDEXED_OPS[cell];
  const [output, reserve] = (directions === 1 ? ops.layer : ops.bidirectional).run(
    { rows, ...weightsAlone(weights, directions) },
    { places, size, time, lengths, count, reserve: engine().isTapeOn() },
  );
  reserve!.dispose(); // the tape holds its own reference
  return output as Tensor3D;
};
