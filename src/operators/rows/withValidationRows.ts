import { checkSplit } from './checkSplit.js';
import { joinSides } from './internal/joinSides.js';
import type { Split } from './prepare.js';

/**
 * Makes a split whose train side also has the validation rows. Use it to train once more on both, after all settings
 * were chosen on the validation side. The test rows stay separate, to measure the final model.
 *
 *     split:                      train a c d     validation b   test e
 *     withValidationRows(split):  train a b c d                  test e
 *
 * Vocabulary and classes stay those of the original train rows. Class weights are counted again. No rows are left to
 * validate on: train with `keep: 'last'`.
 *
 * Pure; holds nothing.
 *
 * @param split the split that `prepare` emitted; it is not changed
 * @see withAllRows, which adds the test rows as well
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { prepare, withValidationRows, type Row } from 'headwater';
 * const rows: Row[] = Array.from({ length: 40 }, (_, id) => ({
 *   id,
 *   title: `Report ${id}`,
 *   category: id % 2 === 0 ? 'Sports' : 'World',
 * }));
 * const split = await lastValueFrom(prepare(from(rows), { shares: { train: 0.5, validation: 0.25, test: 0.25 } }));
 * withValidationRows(split).rows; // { train: 30, validation: 0, test: 10 }
 * ```
 */
export const withValidationRows = (split: Split): Split => {
  checkSplit('withValidationRows', split);
  return joinSides(split, ['train', 'validation']);
};
