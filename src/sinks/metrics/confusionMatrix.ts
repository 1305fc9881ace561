import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/**
 * Adds the (true class, predicted class) of each row to a confusion matrix, in place.
 *
 * @param counts row-major, shape [C, C], true × predicted; it is changed
 * @param truth the class index of each row
 * @param predicted the predicted class index of each row
 * @param classes the number of classes, C
 * @throws HeadwaterError `HW_USAGE` if the two lists differ in length
 * @throws HeadwaterError `HW_LABEL` if an index is not a whole number between 0 and C − 1
 */
export const countConfusions = (
  counts: Float64Array,
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): void => {
  if (truth.length !== predicted.length) {
    throw new HeadwaterError(
      'HW_USAGE',
      `There are ${truth.length} true classes but ${predicted.length} ` +
        'predicted ones: give one prediction for each row.',
    );
  }
  const check = (index: number, what: string, row: number): void => {
    // An assignment outside the bounds of a typed array has no effect, so an unknown class would be missing from the
    // counts without an error.
    if (Number.isInteger(index) && index >= 0 && index < classes) return;
    throw new HeadwaterError(
      'HW_LABEL',
      `The ${what} class ${index} (row ${row} of its batch) is not one of the ${classes} classes that ` +
        'metrics were asked for: give the class names of the label encoder that the rows were encoded with.',
    );
  };
  for (let i = 0; i < truth.length; i++) {
    const t = truth[i]!;
    const p = predicted[i]!;
    check(t, 'true', i);
    check(p, 'predicted', i);
    const cell = t * classes + p;
    counts[cell] = counts[cell]! + 1;
  }
};

/**
 * Counts how often each class was predicted for rows of each class.
 *
 * @param truth the class index of each row, from 0
 * @param predicted the predicted class index of each row, from 0
 * @param classes the number of classes, C
 * @returns counts, row-major, shape [C, C]: entry `t * C + p` is the number of rows of class t that were predicted as p
 * @throws HeadwaterError `HW_USAGE` if the two lists differ in length
 * @throws HeadwaterError `HW_LABEL` if an index is not a whole number between 0 and C − 1
 *
 * @example
 * ```ts
 * import { confusionMatrix } from 'headwater';
 * confusionMatrix([0, 0, 1], [0, 1, 1], 2); // [1, 1,
 *                                           //  0, 1]
 * ```
 */
export const confusionMatrix = (
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): readonly number[] => {
  checkArgument('confusionMatrix', 'truth', truth, 'the true classes by number', ['length']);
  checkArgument('confusionMatrix', 'predicted', predicted, 'the predicted classes by number', ['length']);

  const counts = new Float64Array(classes * classes);
  countConfusions(counts, truth, predicted, classes);
  return Array.from(counts);
};
