/**
 * p[i, c] = exp(z[i, c] − m) / Σⱼ exp(z[i, j] − m), with m the largest logit of the row, so that no exponential
 * overflows.
 *
 * @param logits row-major, rows of `classes` values
 */
export const softmaxRows = (logits: Float32Array, classes: number): Float32Array => {
  const probabilities = new Float32Array(logits.length);
  for (let from = 0; from < logits.length; from += classes) {
    let largest = -Infinity;
    for (let c = 0; c < classes; c++) largest = Math.max(largest, logits[from + c]!);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[from + c]! - largest);
    for (let c = 0; c < classes; c++) probabilities[from + c] = Math.exp(logits[from + c]! - largest) / sum;
  }
  return probabilities;
};
