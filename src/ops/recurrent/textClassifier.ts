import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LabelledBatch, PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import { deriveSeed } from '../../contracts/random.js';
import { checkLengths } from '../internal/checkLengths.js';
import { checkShape } from '../internal/checkShape.js';
import type { DropoutOptions } from '../layers/DropoutOptions.js';
import { checkTokens } from '../layers/embedding.js';
import { checkLayerWeights } from './internal/checkRecurrent.js';
import { CLASSIFIER_OPS } from './internal/classifierOps.js';
import type { ClassifierInputs } from './internal/classifierOps.js';
import type { EmbeddedAttributes } from './internal/embeddedOps.js';
import type { CellName } from './internal/RecurrentPass.js';
import { lossShares } from '../internal/lossShares.js';

/** Options of {@link classifierProbabilities} and {@link classifierGradients}. */
export interface TextClassifierOptions {
  /** The padding token. Its embedding gets no gradient. */
  readonly padIndex: number;
  /** Whether the layer also runs over the padding. */
  readonly overPadding: boolean;
}

/** Checks the arguments, and returns the attributes of the ops. */
const attributesOf = (
  op: string,
  cell: CellName,
  weights: ClassifierInputs<Tensor>,
  batch: PaddedBatch,
  { padIndex, overPadding }: TextClassifierOptions,
  reserve: boolean,
): EmbeddedAttributes => {
  const { tokens, size, time, lengths } = batch;
  const { embeddings, fc1_weight, fc1_bias, fc2_weight, fc2_bias } = weights;
  const vocabularySize = checkTokens(op, embeddings, batch);
  if (size === 0) throw new HeadwaterError('HW_USAGE', `${op} was given a batch of no rows. A batch has at least one.`);
  checkLengths(op, lengths, size, time);
  const { hiddenSize, directions } = checkLayerWeights(op, cell, embeddings.shape[1]!, weights);
  checkShape(op, 'fc1_weight', fc1_weight, ['F', directions * hiddenSize]);
  checkShape(op, 'fc1_bias', fc1_bias, [fc1_weight.shape[0]]);
  checkShape(op, 'fc2_weight', fc2_weight, ['C', fc1_weight.shape[0]]);
  checkShape(op, 'fc2_bias', fc2_bias, [fc2_weight.shape[0]]);
  return { tokens, size, time, lengths, padIndex, overPadding, vocabularySize, reserve };
};

/**
 * The probabilities of each class from the classifier of the lesson: embeddings → recurrent layer → its output at the
 * last token of each row → fc1 → fc2 → softmax.
 *
 * @param weights the embeddings [V, E], the weights of the layer under PyTorch's names, fc1 [F, D·H] and fc2 [C, F]
 *   with their biases
 * @returns shape [B, C], float32
 * @throws HeadwaterError `HW_USAGE` when the shapes, dtypes, tokens or lengths do not fit
 */
export const classifierProbabilities = (
  cell: CellName,
  weights: ClassifierInputs<Tensor>,
  batch: PaddedBatch,
  options: TextClassifierOptions,
): Tensor2D =>
  CLASSIFIER_OPS[cell].probabilities.run(
    weights,
    attributesOf('classifierProbabilities', cell, weights, batch, options, false),
  )[0] as Tensor2D;

/**
 * The mean cross-entropy of a batch from the same classifier with dropout between fc1 and fc2, and its gradients with
 * respect to every weight.
 *
 * @param weights as {@link classifierProbabilities}
 * @param place the values that determine which positions are dropped
 * @returns the loss, and the gradients in the order of `gradientNames`
 * @throws HeadwaterError `HW_USAGE` when the shapes, dtypes, tokens, lengths or labels do not fit
 */
export const classifierGradients = (
  cell: CellName,
  weights: ClassifierInputs<Tensor>,
  batch: LabelledBatch,
  options: TextClassifierOptions,
  place: DropoutOptions,
  classWeights?: Float32Array,
): { readonly loss: Scalar; readonly gradients: readonly Tensor[] } => {
  const { rate, seed, epoch, step, site = 0 } = place;
  const { labels } = batch;
  const attributes = attributesOf('classifierGradients', cell, weights, batch, options, true);
  const shares = lossShares(labels, batch.size, weights.fc2_weight.shape[0], classWeights);
  const [loss, ...gradients] = CLASSIFIER_OPS[cell].gradients.run(weights, {
    ...attributes,
    labels,
    shares,
    rate,
    key0: deriveSeed(seed, 'dropout', 0),
    key1: deriveSeed(seed, 'dropout', 1),
    epoch,
    step,
    site,
  });
  return { loss: loss as Scalar, gradients };
};
