import { checkOptions, checkWhole } from '../contracts/checkOption.js';
import { random } from '../contracts/random.js';
import type { LabelledTokens } from '../contracts/rows/Row.js';

/** Options of `tokenizedRows`. */
export interface TokenizedRowsOptions {
  /** Any whole number; the same seed gives the same rows. Default 1. */
  readonly seed?: number | undefined;
  /** The number of rows. Default 10. */
  readonly count?: number | undefined;
  /** The id of the first row; the others follow. Default 0. */
  readonly firstId?: number | undefined;
  /** The length of the shortest possible row, in tokens. Default 1. */
  readonly shortest?: number | undefined;
  /** The length of the longest possible row, in tokens. Default 12. */
  readonly longest?: number | undefined;
  /**
   * The size of the vocabulary, including padding (0) and unknown (1). Tokens are 1 to `vocabulary − 1`. Default 50.
   */
  readonly vocabulary?: number | undefined;
  /** The number of classes: labels are 0 to `classes − 1`. Default 2. */
  readonly classes?: number | undefined;
}

/**
 * Labelled rows of token indices from a seed. All lengths, all tokens and all labels have equal probabilities.
 *
 * @throws HeadwaterError `HW_USAGE` for invalid sizes
 *
 * @example
 * ```ts
 * import { tokenizedRows } from 'headwater/testing';
 * tokenizedRows({ seed: 7, count: 3 }).map(({ id }) => id); // [0, 1, 2]
 * ```
 */
export const tokenizedRows = (options: TokenizedRowsOptions = {}): readonly LabelledTokens[] => {
  checkOptions('tokenizedRows', options, '{ count: 10 }');
  const { seed = 1, count = 10, firstId = 0, shortest = 1, longest = 12, vocabulary = 50, classes = 2 } = options;
  checkWhole('tokenizedRows', 'count', count, 0);
  checkWhole('tokenizedRows', 'seed', seed);
  checkWhole('tokenizedRows', 'firstId', firstId, 0);
  checkWhole('tokenizedRows', 'shortest', shortest, 0);
  checkWhole('tokenizedRows', 'longest', longest, shortest);
  checkWhole('tokenizedRows', 'vocabulary', vocabulary, 2);
  checkWhole('tokenizedRows', 'classes', classes, 1);
  const dice = random(seed, 'test');
  return Array.from({ length: count }, (_, index) => ({
    id: firstId + index,
    tokens: Int32Array.from(
      { length: shortest + dice.below(longest - shortest + 1) },
      () => 1 + dice.below(vocabulary - 1),
    ),
    label: dice.below(classes),
  }));
};
