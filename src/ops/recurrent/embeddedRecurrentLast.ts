import { checkArgument } from '../../contracts/checkArgument.js';
import { engine } from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import { checkLengths } from '../internal/checkLengths.js';
import { checkTokens } from '../layers/embedding.js';
import type { EmbeddingOptions } from '../layers/embedding.js';
import { checkLayerWeights } from './internal/checkRecurrent.js';
import { EMBEDDED_OPS } from './internal/embeddedOps.js';
import type { CellName, LayerWeights } from './internal/RecurrentPass.js';
import { weightsAlone } from './internal/runLayer.js';
import type { RecurrentOptions } from './internal/runLayer.js';

/** Options of {@link embeddedRecurrentLast}. */
export type EmbeddedRecurrentOptions = EmbeddingOptions & Pick<RecurrentOptions, 'overPadding'>;

/**
 * Looks up the embedding of each token, runs a recurrent layer, and returns the output of each row at its last token:
 * `recurrentLast(cell, embedding(embeddings, batch), …)`.
 *
 * As one op, the backend can save work. The fast kernels of the embedded backend multiply each distinct token of a
 * batch by the input weights once. If the weights do not change, they multiply each token of the vocabulary once, if
 * the table of products takes at most 64 MiB per direction.
 *
 * @param cell the kind of layer: `rnn`, `gru` or `lstm`
 * @param embeddings the embeddings by token, shape [V, E], float32
 * @param batch the tokens, shape [B, T], int32, between 0 and V − 1; and the length of each row, shape [B], between 1
 *   and T
 * @param weights under PyTorch's names; two directions (D = 2) if the weights of the reverse direction are given, else
 *   one
 * @param options the padding token, and whether to run over the padding
 * @returns shape [B, D·H], float32, the forward direction before the reverse one; differentiable in the embeddings and
 *   the weights
 * @throws HeadwaterError `HW_USAGE` when the shapes, dtypes, tokens or lengths do not fit
 * @see {@link recurrentLast}
 *
 * @example
 * ```ts
 * import { embeddedRecurrentLast, registerOps } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * registerOps();
 * const weights = {
 *   weight_ih_l0: tf.ones([12, 2]),
 *   weight_hh_l0: tf.zeros([12, 4]),
 *   bias_ih_l0: tf.zeros([12]),
 *   bias_hh_l0: tf.zeros([12]),
 * };
 * const batch = { size: 2, time: 2, tokens: Int32Array.of(2, 1, 2, 0), lengths: Int32Array.of(2, 1) };
 * embeddedRecurrentLast('gru', tf.ones([3, 2]), batch, weights).shape; // [2, 4]
 * ```
 */
export const embeddedRecurrentLast = (
  cell: CellName,
  embeddings: Tensor,
  batch: Pick<PaddedBatch, 'tokens' | 'size' | 'time' | 'lengths'>,
  weights: LayerWeights<Tensor>,
  options: EmbeddedRecurrentOptions = {},
): Tensor2D => {
  checkArgument('embeddedRecurrentLast', 'batch', batch, 'a batch, such as padRows() makes', ['tokens', 'lengths']);

  const op = 'embeddedRecurrentLast';
  const { tokens, size, time, lengths } = batch;
  const { padIndex = 0, overPadding = false } = options;
  const vocabularySize = checkTokens(op, embeddings, batch);
  if (size === 0) throw new HeadwaterError('HW_USAGE', `${op} was given a batch of no rows. A batch has at least one.`);
  checkLengths(op, lengths, size, time);
  const { directions } = checkLayerWeights(op, cell, embeddings.shape[1]!, weights);
  const ops = EMBEDDED_OPS[cell];
  const attributes = {
    tokens,
    size,
    time,
    lengths,
    padIndex,
    overPadding,
    vocabularySize,
    reserve: engine().isTapeOn(),
  };
  const [last, reserve] = (directions === 1 ? ops.last : ops.lastBidirectional).run(
    { embeddings, ...weightsAlone(weights, directions) },
    attributes,
  );
  reserve!.dispose(); // the tape holds its own reference
  return last as Tensor2D;
};
