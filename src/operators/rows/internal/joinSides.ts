import { type Side, SIDES } from '../../../contracts/rows/Row.js';
import { classWeights } from '../../../text/classWeights.js';
import type { Split } from '../prepare.js';

/**
 * Makes a split whose train side joins several sides, including train. The classes and the vocabulary stay the same.
 */
export const joinSides = (split: Split, joined: readonly Side[]): Split => {
  const { rows, classCounts, sideOf } = split;
  const none = new Int32Array(classCounts.train.length);
  const train = joined.reduce((sums, side) => sums.map((sum, label) => sum + classCounts[side][label]!), none);
  const left = (side: 'validation' | 'test'): boolean => !joined.includes(side);
  return {
    ...split,
    rows: {
      train: SIDES.reduce((sum, side) => sum + (joined.includes(side) ? rows[side] : 0), 0),
      validation: left('validation') ? rows.validation : 0,
      test: left('test') ? rows.test : 0,
    },
    sideOf: (id) => {
      const side = sideOf(id);
      return side !== undefined && joined.includes(side) ? 'train' : side;
    },
    classCounts: {
      train,
      validation: left('validation') ? classCounts.validation : none,
      test: left('test') ? classCounts.test : none,
    },
    classWeights: classWeights(train),
  };
};
