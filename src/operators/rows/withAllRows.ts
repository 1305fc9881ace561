import { checkSplit } from './checkSplit.js';
import { SIDES } from '../../contracts/rows/Row.js';
import { joinSides } from './internal/joinSides.js';
import type { Split } from './prepare.js';

/**
 * Makes a split whose train side has all rows. Use it to train once more on everything, after the number of epochs and
 * all other settings were chosen on the validation side.
 *
 *     split:               train a c d   validation b   test e
 *     withAllRows(split):  train a b c d e
 *
 * Vocabulary and classes stay those of the original train rows, so a model reads texts as before. Class weights are
 * counted again. No rows are left to validate or to test on: train with `keep: 'last'`, and report the scores of the
 * model that was trained on the original train side.
 *
 * Pure; holds nothing. `withValidationRows` keeps the test rows separate. To learn the vocabulary from all rows too,
 * call `prepare` again with the shares 1, 0 and 0.
 *
 * @param split the split that `prepare` emitted; it is not changed
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, of } from 'rxjs';
 * import { batchSource, fit, prepare, withAllRows, type Row } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 * const rows: Row[] = Array.from({ length: 40 }, (_, id) => ({
 *   id,
 *   title: `Report ${id}`,
 *   category: id % 2 === 0 ? 'Sports' : 'World',
 * }));
 * const split = await lastValueFrom(prepare(from(rows)));
 * // Train on the train side first; its best epoch says for how long to train here.
 * of(batchSource(withAllRows(split)))
 *   .pipe(fit(recordingModel(), { epochs: 2, keep: 'last' }))
 *   .subscribe((event) => console.log(event.type));
 * withAllRows(split).rows; // { train: 40, validation: 0, test: 0 }
 * ```
 */
export const withAllRows = (split: Split): Split => {
  checkSplit('withAllRows', split);
  return joinSides(split, SIDES);
};
