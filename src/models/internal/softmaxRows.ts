/**
 * Computes the probabilities of logits.
 *
 * @param logits row-major, shape [B, C]; replaced by the probabilities, which are returned
 */
export const softmaxRows = (logits: Float32Array, classes: number): Float32Array => {
  for (let start = 0; start < logits.length; start += classes) {
    const end = start + classes;
    let most = -Infinity;
    for (let i = start; i < end; i++) most = Math.max(most, logits[i]!);
    let sum = 0;
    for (let i = start; i < end; i++) sum += logits[i] = Math.exp(logits[i]! - most);
    for (let i = start; i < end; i++) logits[i]! /= sum;
  }
  return logits;
};
