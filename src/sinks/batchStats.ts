import { Observable, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { LabelledBatch, PaddedBatch } from '../contracts/PaddedBatch.js';

/** What went through a batch stream. */
export interface BatchStats {
  /** The number of batches. */
  readonly batches: number;
  /** The number of rows in them. */
  readonly rows: number;
  /** The number of tokens, padding not counted. */
  readonly tokens: number;
  /** The share of positions that are padding, from 0 to below 1; 0 where there were no batches. */
  readonly padding: number;
  /** The rows' lengths in tokens; all 0 where there were no rows. */
  readonly length: { readonly min: number; readonly mean: number; readonly max: number };
  /** The number of rows by class index, up to the highest that occurred; undefined where no batch had labels. */
  readonly classes: readonly number[] | undefined;
}

const isLabelled = (batch: PaddedBatch): batch is LabelledBatch => 'labels' in batch;

/**
 * Counts what a batch stream carries: batches, rows, tokens, the share of padding, lengths, and classes where rows have labels.
 *
 * ```
 * source:  --b---b---b--|
 *              batchStats()
 * result:  -------------(s|)
 * ```
 *
 * It stands beside models on one batch stream: `connect((b$) => merge(trainStep(gru)(b$), batchStats()(b$)))`.
 *
 * - Of an empty stream it tells zeros.
 * - It holds one count a class, and no rows.
 * - Errors: those of the source, at once; `HW_LABEL` when a label is not a whole number from 0.
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { batchStats, type PaddedBatch } from 'headwater';
 * const batch: PaddedBatch = { size: 2, time: 3, tokens: Int32Array.of(5, 2, 9, 4, 0, 0), lengths: Int32Array.of(3, 1), ids: Int32Array.of(0, 1) };
 * of(batch).pipe(batchStats()).subscribe((stats) => {
 *   stats.tokens; // 4
 *   stats.padding; // 2 of 6 positions: 0.333…
 * });
 * ```
 */
export const batchStats = (): OperatorFunction<PaddedBatch, BatchStats> => (source) =>
  new Observable((subscriber) => {
    let batches = 0;
    let rows = 0;
    let tokens = 0;
    let positions = 0;
    let min = Infinity;
    let max = 0;
    let classes: number[] | undefined;
    return source.subscribe({
      next: (batch) => {
        batches += 1;
        rows += batch.size;
        positions += batch.size * batch.time;
        for (let i = 0; i < batch.size; i++) {
          const length = batch.lengths[i]!;
          tokens += length;
          if (length < min) min = length;
          if (length > max) max = length;
        }
        if (!isLabelled(batch)) return;
        classes ??= [];
        for (let i = 0; i < batch.size; i++) {
          const label = batch.labels[i]!;
          if (label < 0) {
            subscriber.error(new HeadwaterError('HW_LABEL', `Row ${batch.ids[i]!} has the label ${label}: a label is an index in the label encoder, from 0.`));
            return;
          }
          while (classes.length <= label) classes.push(0);
          classes[label] = classes[label]! + 1;
        }
      },
      error: (error: unknown) => subscriber.error(error),
      complete: () => {
        subscriber.next({
          batches,
          rows,
          tokens,
          padding: positions === 0 ? 0 : (positions - tokens) / positions,
          length: { min: rows === 0 ? 0 : min, mean: rows === 0 ? 0 : tokens / rows, max },
          classes,
        });
        subscriber.complete();
      },
    });
  });
