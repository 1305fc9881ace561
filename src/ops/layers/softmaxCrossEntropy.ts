import { exp, log, max, mul, neg, sub, sum, tensor1d, tensor2d, where, zerosLike } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { checkShape } from '../internal/checkShape.js';
import { defineOp } from '../definition/defineOp.js';
import { lossShares } from '../internal/lossShares.js';

/** The labels, and the share of each row in the loss. The shares sum to 1. */
export type LossAttributes = Readonly<{ labels: Int32Array; shares: Float32Array }>;

/** 1 at each row's label, 0 elsewhere, shape [B, C]; tfjs's `oneHot` does not accept a single class. */
const labelMask = (labels: Int32Array, classes: number, dtype: 'float32' | 'bool'): Tensor2D => {
  const mask = new Uint8Array(labels.length * classes);
  labels.forEach((label, row) => (mask[row * classes + label] = 1));
  return tensor2d(mask, [labels.length, classes], dtype);
};

/** The gradient of {@link softmaxCrossEntropy}: dz[i] = dLoss · share[i] · (p[i] − onehot(label[i])). */
export const softmaxCrossEntropyGradOp = defineOp<{ dLoss: Tensor; probabilities: Tensor }, [Tensor], LossAttributes>({
  name: 'HeadwaterSoftmaxCrossEntropyGrad',
  compose: ({ dLoss, probabilities }, { labels, shares }) => {
    const expected = labelMask(labels, probabilities.shape[1]!, 'float32');
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
    // Selected, not multiplied by zeros: the logarithm of a probability of zero is infinite.
    const ofLabel = where(labelMask(labels, logits.shape[1]!, 'bool'), neg(logProbabilities), zerosLike(logits));
    return [sum(mul(sum(ofLabel, 1), tensor1d(shares))), exp(logProbabilities)];
  },
  gradient: {
    savedInputs: [],
    savedOutputs: [1],
    // The probabilities are not visible outside the op, so they have no gradient.
    backward: ([dLoss], [probabilities], attributes) => ({
      logits: softmaxCrossEntropyGradOp.run({ dLoss: dLoss!, probabilities: probabilities! }, attributes)[0],
    }),
  },
});

/**
 * The class-weighted mean cross-entropy of a batch, in nats: Σ w[yᵢ] · −log p[i, yᵢ] / Σ w[yᵢ], as PyTorch's
 * `nn.CrossEntropyLoss(weight)`.
 *
 * @param logits shape [B, C], float32; large values do not overflow
 * @param labels class indices, shape [B], between 0 and C − 1
 * @param classWeights one weight per class, shape [C], finite and not negative. Default: all equal
 * @returns a scalar, float32; differentiable in `logits`
 * @throws HeadwaterError `HW_USAGE` when the shapes or the dtype do not fit, or a label or a weight is out of its range
 *
 * @example
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
