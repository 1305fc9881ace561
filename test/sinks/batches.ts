import type { EvaluatedBatch } from '../../src/contracts/training/Evaluation.js';
import type { LabelledBatch, PaddedBatch } from '../../src/contracts/rows/PaddedBatch.js';

/** Rows of the given lengths, every token 2. */
export const padded = (lengths: readonly number[]): PaddedBatch => {
  const time = Math.max(...lengths);
  const tokens = new Int32Array(lengths.length * time);
  lengths.forEach((length, row) => tokens.fill(2, row * time, row * time + length));
  return {
    size: lengths.length,
    time,
    tokens,
    lengths: Int32Array.from(lengths),
    ids: Int32Array.from(lengths, (_, i) => i),
  };
};

export const labelled = (lengths: readonly number[], labels: readonly number[]): LabelledBatch => ({
  ...padded(lengths),
  labels: Int32Array.from(labels),
});

/** Predictions; their probabilities are of no concern to metrics. */
export const evaluated = (
  labels: readonly number[],
  predicted: readonly number[],
  loss = 1,
  weight = labels.length,
): EvaluatedBatch => ({
  type: 'evaluated',
  ids: Int32Array.from(labels, (_, i) => i),
  labels: Int32Array.from(labels),
  predicted: Int32Array.from(predicted),
  probabilities: new Float32Array(0),
  loss,
  weight,
});
