import { BUCKET_TYPES } from './bucketByLength.js';
import { checkSplit } from '../rows/checkSplit.js';
import type { BatchSource } from '../../contracts/training/BatchSource.js';
import { checkNumber, checkTypes } from '../../contracts/checkOption.js';
import { batchesFrom, type BatchOptions } from './batches.js';
import { KeptRows } from './internal/KeptRows.js';
import type { Split } from '../rows/prepare.js';

/** How a split becomes batches for a training. */
export interface BatchSourceOptions extends BatchOptions {
  /**
   * The most bytes of encoded rows to keep in memory. Kept rows are read and encoded once instead of in every epoch. If
   * the rows take more bytes than this, none are kept. The batches are the same either way. Default 0.
   */
  readonly keepBytes?: number | undefined;
}

/**
 * A split in the form that `fit` reads: it gives the batches of each side, any number of times.
 *
 * `dropLast` applies to the train side only: on the other sides every row is measured.
 *
 * Holds the encoded rows if they fit into `keepBytes`, and otherwise nothing. `batches` says what a subscription to one
 * of its Observables holds.
 *
 * @param split the split that `prepare` emitted
 * @param options how the batches are made
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, of } from 'rxjs';
 * import { batchSource, fit, prepare, type Row } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 * const rows: Row[] = Array.from({ length: 40 }, (_, id) => ({
 *   id,
 *   title: `Report ${id} of the day`,
 *   category: id % 2 === 0 ? 'Sports' : 'World',
 * }));
 * const split = await lastValueFrom(prepare(from(rows)));
 * of(batchSource(split, { batchSize: 8 }))
 *   .pipe(fit(recordingModel({ classes: 2 }), { epochs: 2 }))
 *   .subscribe((event) => console.log(event.type));
 * ```
 */
export const batchSource = (split: Split, options: BatchSourceOptions = {}): BatchSource => {
  checkSplit('batchSource', split);
  checkTypes('batchSource', options, BUCKET_TYPES);

  const { keepBytes = 0, ...each } = options;
  checkNumber('batchSource', 'keepBytes', keepBytes, { from: 0 });
  const kept = keepBytes === 0 ? undefined : new KeptRows(keepBytes);
  const source: BatchSource = {
    rows: split.rows,
    valve: options.valve,
    batches: (side, epoch) =>
      batchesFrom(split, { ...each, side, epoch, dropLast: side === 'train' ? options.dropLast : false }, kept),
  };
  // Makes a batch stream without subscribing to it. Invalid options are then refused here, not during a training.
  source.batches('train', 1);
  return source;
};
