import { checkArgument } from '../../contracts/checkArgument.js';
import { joinSides } from './internal/joinSides.js';
import type { Split } from './prepare.js';

/**
 * A split whose train side has the validation rows too: to train once more on both, when all choices have been made on
 * the validation side. The test rows stay apart, and measure what comes of it.
 *
 *     split:                      train a c d     validation b   test e
 *     withValidationRows(split):  train a b c d                  test e
 *
 * Vocabulary and classes stay those of the train rows; class weights are counted anew. There is nothing left to
 * validate on: train with `keep: 'last'`.
 *
 * Pure; holds nothing.
 *
 * @param split what `prepare` gave; it stays as it is
 * @see withAllRows, which takes the test rows as well
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { prepare, withValidationRows, type Row } from 'headwater';
 * const rows: Row[] = Array.from({ length: 40 }, (_, id) => ({ id, title: `Report ${id}`, category: id % 2 === 0 ? 'Sports' : 'World' }));
 * const split = await lastValueFrom(prepare(from(rows), { shares: { train: 0.5, validation: 0.25, test: 0.25 } }));
 * withValidationRows(split).rows; // { train: 30, validation: 0, test: 10 }
 * ```
 */
export const withValidationRows = (split: Split): Split => {
  checkArgument('withValidationRows', 'split', split, 'a split, such as prepare() emits', ['rows', 'labelEncoder']);
  return joinSides(split, ['train', 'validation']);
};
