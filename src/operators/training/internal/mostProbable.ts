import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { PaddedBatch } from '../../../contracts/rows/PaddedBatch.js';
import type { Trainable } from '../../../contracts/models/Trainable.js';

/**
 * Each row's most probable class; the first one if several are equal.
 *
 * @param model the model that gave the probabilities; for its name and its number of classes, C
 * @param batch the batch of the B rows
 * @param probabilities row-major, shape [B, C], float32
 * @returns class indices, shape [B], int32
 * @throws HeadwaterError `HW_NUMERIC` for a probability that is not a finite number, `HW_USAGE` for probabilities of
 *   another shape than [B, C]
 */
export const mostProbable = (
  model: Pick<Trainable, 'name' | 'classes'>,
  batch: PaddedBatch,
  probabilities: Float32Array,
): Int32Array => {
  const { name, classes } = model;
  if (probabilities.length !== batch.size * classes) {
    throw new HeadwaterError(
      'HW_USAGE',
      `Model ${name} gave ${probabilities.length} probabilities for ${batch.size} rows ` +
        `of ${classes} classes. A Trainable gives one a class for each row.`,
    );
  }
  const predicted = new Int32Array(batch.size);
  for (let row = 0; row < batch.size; row++) {
    const offset = row * classes;
    let best = 0;
    for (let c = 0; c < classes; c++) {
      const probability = probabilities[offset + c]!;
      // Without this check, a row of NaN would silently get class 0.
      if (!Number.isFinite(probability)) {
        throw new HeadwaterError(
          'HW_NUMERIC',
          `Model ${name} gave row ${batch.ids[row] ?? row} the probability ${probability} for class ${c}. ` +
            'Its weights are not finite numbers: load others, or train it again with a lower learning rate.',
        );
      }
      if (probability > probabilities[offset + best]!) best = c;
    }
    predicted[row] = best;
  }
  return predicted;
};
