import { checkArgument } from '../../contracts/checkArgument.js';
import { SIDES } from '../../contracts/rows/Row.js';
import { joinSides } from './internal/joinSides.js';
import type { Split } from './prepare.js';

/**
 * A split whose train side is all of its rows: to train once more on everything, when the number of epochs and all other
 * choices have been made on the validation side.
 *
 *     split:               train a c d   validation b   test e
 *     withAllRows(split):  train a b c d e
 *
 * Vocabulary and classes stay those of the train rows, so what a model made of them reads stays as it was; class weights
 * are counted anew. There is nothing left to validate or to test on: train with `keep: 'last'`, and tell the scores of
 * the model that was trained on the train side alone.
 *
 * Pure; holds nothing. `withValidationRows` leaves the test rows apart. To learn the vocabulary from all rows too, `prepare` them once more with the shares 1, 0 and 0.
 *
 * @param split what `prepare` gave; it stays as it is
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, of } from 'rxjs';
 * import { batchSource, fit, prepare, withAllRows, type Row } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 * const rows: Row[] = Array.from({ length: 40 }, (_, id) => ({ id, title: `Report ${id}`, category: id % 2 === 0 ? 'Sports' : 'World' }));
 * const split = await lastValueFrom(prepare(from(rows)));
 * // Train on the train side first; its best epoch says for how long to train here.
 * of(batchSource(withAllRows(split)))
 *   .pipe(fit(recordingModel(), { epochs: 2, keep: 'last' }))
 *   .subscribe((event) => console.log(event.type));
 * withAllRows(split).rows; // { train: 40, validation: 0, test: 0 }
 * ```
 */
export const withAllRows = (split: Split): Split => {
  checkArgument('withAllRows', 'split', split, 'a split, such as prepare() emits', ['rows', 'labelEncoder']);
  return joinSides(split, SIDES);
};
