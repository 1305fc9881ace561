import { HeadwaterError } from '../contracts/HeadwaterError.js';

/**
 * Counts the rows of each class.
 *
 * @param labels each row's class index
 * @param classes the number of classes, C (a label encoder's `size`); a class without rows has the count 0
 * @returns rows by class index, shape [C], int32
 * @throws HeadwaterError `HW_USAGE` when `classes` is not a whole number of at least 1; `HW_LABEL` when a label is not
 * between 0 and C − 1
 *
 * @example
 * ```ts
 * import { classCounts, classWeights } from 'headwater';
 * const counts = classCounts([0, 1, 1, 1, 1], 2); // Int32Array [1, 4]
 * classWeights(counts); // Float32Array [1, 0.25]
 * ```
 */
export const classCounts = (labels: Iterable<number>, classes: number): Int32Array => {
  if (!Number.isInteger(classes) || classes < 1) {
    throw new HeadwaterError('HW_USAGE', `classes is ${classes}: give a whole number of at least 1.`);
  }
  const counts = new Int32Array(classes);
  for (const label of labels) {
    const soFar = counts[label];
    if (soFar === undefined)
      throw new HeadwaterError(
        'HW_LABEL',
        `The label ${label} is not the index of a class: there are ${classes}, from 0 to ${classes - 1}.`,
      );
    counts[label] = soFar + 1;
  }
  return counts;
};
