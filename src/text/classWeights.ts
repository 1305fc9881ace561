import { checkArgument } from '../contracts/checkArgument.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';

/**
 * The weight of each class in the loss: 1 / its number of train rows, as in the lesson. So every class has the same
 * total weight.
 *
 * @param counts train rows by class index, shape [C], for example from `classCounts`
 * @returns weights by class index, shape [C], float32
 * @throws HeadwaterError `HW_EMPTY` when there is no class, or a class has no rows; `HW_USAGE` when a count is not a
 * whole number of at least 0
 *
 * @example
 * ```ts
 * import { classWeights } from 'headwater';
 * classWeights([4, 2, 1]); // Float32Array [0.25, 0.5, 1]
 * ```
 */
export const classWeights = (counts: ArrayLike<number>): Float32Array => {
  checkArgument('classWeights', 'counts', counts, 'the numbers of rows by class', ['length']);

  if (counts.length === 0)
    throw new HeadwaterError('HW_EMPTY', 'There are no classes to weigh: check that the train side has rows.');
  return Float32Array.from(counts, (count, index) => {
    if (!Number.isInteger(count) || count < 0)
      throw new HeadwaterError(
        'HW_USAGE',
        `The count of class ${index} is ${count}: give a whole number of at least 0.`,
      );
    if (count === 0) {
      throw new HeadwaterError(
        'HW_EMPTY',
        `Class ${index} has no train rows, so it has no weight. Add rows of it, give the train ` +
          'side a larger share, or fit the label encoder on the train rows alone.',
      );
    }
    return 1 / count;
  });
};
