import { exp, log, max, mul, neg, oneHot, sub, sum, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { checkShape } from '../internal/checkShape.js';
import { defineOp } from '../definition/defineOp.js';

/** Labels, and each row's share of the loss: the shares sum to 1. */
export type LossAttributes = Readonly<{ labels: Int32Array; shares: Float32Array }>;

/** The gradient of {@link softmaxCrossEntropy}: dz[i] = dLoss · share[i] · (p[i] − onehot(label[i])). */
export const softmaxCrossEntropyGradOp = defineOp<{ dLoss: Tensor; probabilities: Tensor }, [Tensor], LossAttributes>({
  name: 'HeadwaterSoftmaxCrossEntropyGrad',
  compose: ({ dLoss, probabilities }, { labels, shares }) => {
    const expected = oneHot(tensor1d(labels, 'int32'), probabilities.shape[1]!);
    return [mul(mul(sub(probabilities, expected), tensor2d(shares, [shares.length, 1])), dLoss)];
  },
  gradient: undefined,
});

/** loss = Σᵢ share[i] · −log p[i, label[i]]; the probabilities are the second output. */
export const softmaxCrossEntropyOp = defineOp<{ logits: Tensor }, [Tensor, Tensor], LossAttributes>({
  name: 'HeadwaterSoftmaxCrossEntropy',
  compose: ({ logits }, { labels, shares }) => {
    const shifted = sub(logits, max(logits, 1, true));
    const logProbabilities = sub(shifted, log(sum(exp(shifted), 1, true)));
    const expected = oneHot(tensor1d(labels, 'int32'), logits.shape[1]!);
    return [sum(mul(sum(mul(neg(logProbabilities), expected), 1), tensor1d(shares))), exp(logProbabilities)];
  },
  gradient: {
    savedInputs: [],
    savedOutputs: [1],
    // The probabilities never leave the op, so nothing flows back through them.
    backward: ([dLoss], [probabilities], attributes) => ({
      logits: softmaxCrossEntropyGradOp.run({ dLoss: dLoss!, probabilities: probabilities! }, attributes)[0],
    }),
  },
});

/**
 * The sum of the rows' class weights: what a mean over batches weighs this batch's loss by. The number of rows where
 * there are no weights.
 */
export const labelWeight = (labels: Int32Array, classWeights?: Float32Array): number =>
  classWeights === undefined ? labels.length : labels.reduce((total, label) => total + (classWeights[label] ?? NaN), 0);

/**
 * The class-weighted mean cross-entropy of a batch, in nats: Σ w[yᵢ] · −log p[i, yᵢ] / Σ w[yᵢ], as PyTorch's
 * `nn.CrossEntropyLoss(weight)`.
 *
 * @param logits shape [B, C], float32; of any size, nothing overflows
 * @param labels class indices, shape [B], between 0 and C − 1
 * @param classWeights a weight a class, shape [C], finite and not negative. Default: all equal
 * @returns a scalar, float32; differentiable in `logits`
 * @throws HeadwaterError `HW_USAGE` when shapes or the dtype do not fit, a label is no class or a weight cannot be one
 *   @example
 * ```ts
 * import { softmaxCrossEntropy } from 'headwater';
 * import * as tf from '@tensorflow/tfjs-core';
 * softmaxCrossEntropy(tf.zeros([2, 4]), Int32Array.of(0, 3)).dataSync(); // log 4
 * ```
 */
export const softmaxCrossEntropy = (logits: Tensor, labels: Int32Array, classWeights?: Float32Array): Scalar => {
  checkShape('softmaxCrossEntropy', 'logits', logits, ['B', 'C']);
  const [rows, classes] = logits.shape as [number, number];
  if (rows === 0)
    throw new HeadwaterError('HW_USAGE', 'softmaxCrossEntropy was given logits of no rows. A batch has at least one.');
  return softmaxCrossEntropyOp.run(
    { logits },
    { labels, shares: lossShares(labels, rows, classes, classWeights) },
  )[0] as Scalar;
};

/** Each row's share of the loss, or a refusal of labels and weights that do not fit. */
export const lossShares = (
  labels: Int32Array,
  rows: number,
  classes: number,
  classWeights: Float32Array | undefined,
): Float32Array => {
  checkLabels(labels, rows, classes);
  if (classWeights !== undefined) checkClassWeights(classWeights, classes);
  const weight = labelWeight(labels, classWeights);
  if (classWeights === undefined) return new Float32Array(rows).fill(1 / weight);
  return Float32Array.from(labels, (label) => classWeights[label]! / weight);
};

/** Refuses labels that are not one a row, each a class's index. */
export const checkLabels = (labels: Int32Array, rows: number, classes: number): void => {
  if (labels.length !== rows)
    throw new HeadwaterError(
      'HW_USAGE',
      `There are ${labels.length} labels for ${rows} rows. There must be one a row.`,
    );
  const stranger = labels.findIndex((label) => label < 0 || label >= classes);
  if (stranger !== -1)
    throw new HeadwaterError(
      'HW_USAGE',
      `The label of row ${stranger} is ${labels[stranger]!}. Labels must be between 0 and ${classes - 1}.`,
    );
};

/** Refuses class weights that are not one a class, finite and not negative. */
export const checkClassWeights = (classWeights: Float32Array, classes: number): void => {
  if (classWeights.length !== classes)
    throw new HeadwaterError(
      'HW_USAGE',
      `There are ${classWeights.length} class weights for ${classes} classes. There must be one a class.`,
    );
  const bad = classWeights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad !== -1)
    throw new HeadwaterError(
      'HW_USAGE',
      `The weight of class ${bad} is ${classWeights[bad]!}. Class weights must be finite and not negative.`,
    );
};
