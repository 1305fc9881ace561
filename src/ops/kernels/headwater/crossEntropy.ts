import type { LossAttributes } from '../../softmaxCrossEntropy.js';

/** Σᵢ share[i] · (log Σⱼ exp(z[i, j] − m) + m − z[i, label[i]]), with m the row's largest logit. */
export const crossEntropy = (logits: Float32Array, classes: number, { labels, shares }: LossAttributes): number => {
  let loss = 0;
  for (let i = 0; i < labels.length; i++) {
    const from = i * classes;
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[from + c]!);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[from + c]! - largest);
    loss += shares[i]! * (Math.log(sum) + largest - logits[from + labels[i]!]!);
  }
  return loss;
};

/** dz[i, c] = dLoss · share[i] · (p[i, c] − [c = label[i]]) */
export const crossEntropyGradient = (probabilities: Float32Array, classes: number, dLoss: number, { labels, shares }: LossAttributes): Float32Array => {
  const dLogits = new Float32Array(probabilities.length);
  for (let i = 0; i < labels.length; i++) {
    const scale = dLoss * shares[i]!;
    for (let c = 0; c < classes; c++) dLogits[i * classes + c] = scale * (probabilities[i * classes + c]! - (c === labels[i]! ? 1 : 0));
  }
  return dLogits;
};
