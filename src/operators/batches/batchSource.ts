import type { BatchSource } from '../../contracts/BatchSource.js';
import { batches, type BatchOptions } from './batches.js';
import type { Split } from '../rows/prepare.js';

/**
 * A split as `fit` reads it: the batches of each side, as often as they are asked for.
 *
 * `dropLast` applies to the train side alone: every row of the others is measured.
 *
 * Holds nothing itself; `batches` says what a subscription to one of its Observables holds.
 *
 * @param split what `prepare` gave
 * @param options how the batches are made
 * @throws HeadwaterError `HW_USAGE` when an option cannot work
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, of } from 'rxjs';
 * import { batchSource, fit, prepare, type Row } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 * const rows: Row[] = Array.from({ length: 40 }, (_, id) => ({ id, title: `Report ${id} of the day`, category: id % 2 === 0 ? 'Sports' : 'World' }));
 * const split = await lastValueFrom(prepare(from(rows)));
 * of(batchSource(split, { batchSize: 8 }))
 *   .pipe(fit(recordingModel({ classes: 2 }), { epochs: 2 }))
 *   .subscribe((event) => console.log(event.type));
 * ```
 */
export const batchSource = (split: Split, options: BatchOptions = {}): BatchSource => {
  const source: BatchSource = {
    rows: split.rows,
    valve: options.valve,
    batches: (side, epoch) =>
      batches(split, { ...options, side, epoch, dropLast: side === 'train' ? options.dropLast : false }),
  };
  // Makes a batch stream that nobody reads, so that options that cannot work are refused here, and not in the midst of
  // a training.
  source.batches('train', 1);
  return source;
};
