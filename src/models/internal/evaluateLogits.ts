import type { EvaluationResult } from '../../contracts/models/Trainable.js';
import { labelWeight } from '../../ops/internal/lossShares.js';
import { softmaxRows } from './softmaxRows.js';

/**
 * Computes the loss and the probabilities from logits.
 *
 * @param logits row-major, shape [B, C]; replaced by the probabilities
 * @param labels each row's class index, shape [B]
 * @param classWeights the weight of each class, shape [C]; undefined where all are equal
 */
export const evaluateLogits = (
  logits: Float32Array,
  labels: Int32Array,
  classes: number,
  classWeights: Float32Array | undefined,
): EvaluationResult => {
  const probabilities = softmaxRows(logits, classes);
  const weight = labelWeight(labels, classWeights);
  let loss = 0;
  labels.forEach((label, row) => {
    const share = classWeights?.[label] ?? 1;
    loss -= share * Math.log(Math.max(probabilities[row * classes + label]!, Number.MIN_VALUE));
  });
  return { loss: loss / weight, weight, probabilities };
};
