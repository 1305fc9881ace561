import { defer, map, reduce, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LabelledBatch, PaddedBatch } from '../../contracts/rows/PaddedBatch.js';

/** Statistics of a batch stream. */
export interface BatchStats {
  /** The number of batches. */
  readonly batches: number;
  /** The number of rows in all batches. */
  readonly rows: number;
  /** The number of tokens, without padding. */
  readonly tokens: number;
  /** The share of positions that are padding, at least 0 and below 1; 0 if there were no batches. */
  readonly padding: number;
  /** The lengths of the rows in tokens; all 0 if there were no rows. */
  readonly length: { readonly min: number; readonly mean: number; readonly max: number };
  /**
   * The number of rows of each class, by index, up to the highest index that occurred; undefined if no batch had
   * labels.
   */
  readonly classes: readonly number[] | undefined;
}

const isLabelled = (batch: PaddedBatch): batch is LabelledBatch => 'labels' in batch;

/** The sums over the batches. */
class Sums {
  #batches = 0;
  #rows = 0;
  #tokens = 0;
  #positions = 0;
  #min = Infinity;
  #max = 0;
  #classes: number[] | undefined;

  add(batch: PaddedBatch): this {
    this.#batches += 1;
    this.#rows += batch.size;
    this.#positions += batch.size * batch.time;
    for (let i = 0; i < batch.size; i++) {
      const length = batch.lengths[i]!;
      this.#tokens += length;
      this.#min = Math.min(this.#min, length);
      this.#max = Math.max(this.#max, length);
    }
    if (isLabelled(batch)) this.#count(batch, (this.#classes ??= []));
    return this;
  }

  #count(batch: LabelledBatch, classes: number[]): void {
    for (let i = 0; i < batch.size; i++) {
      const label = batch.labels[i]!;
      if (label < 0)
        throw new HeadwaterError(
          'HW_LABEL',
          `Row ${batch.ids[i]!} has the label ${label}: a label is an index in the label encoder, from 0.`,
        );
      while (classes.length <= label) classes.push(0);
      classes[label] = classes[label]! + 1;
    }
  }

  stats(): BatchStats {
    const rows = this.#rows;
    const tokens = this.#tokens;
    return {
      batches: this.#batches,
      rows,
      tokens,
      padding: this.#positions === 0 ? 0 : (this.#positions - tokens) / this.#positions,
      length: { min: rows === 0 ? 0 : this.#min, mean: rows === 0 ? 0 : tokens / rows, max: this.#max },
      classes: this.#classes,
    };
  }
}

/**
 * Counts the content of a batch stream: batches, rows, tokens, the share of padding, row lengths, and classes if rows
 * have labels.
 *
 * A reducing sink: it emits one result after the last batch.
 *
 * ```marbles
 * source: --b---b---b--|
 *         batchStats()
 * result: -------------(s|)
 * ```
 *
 * It can share a batch stream with models: `connect((b$) => merge(trainStep(gru)(b$), batchStats()(b$)))`.
 *
 * - An empty stream gives zeros.
 * - Memory: one count per class; no rows.
 * - Errors: those of the source, at once; `HW_LABEL` if a label is negative.
 *
 * @example
 * ```ts
 * import { of } from 'rxjs';
 * import { batchStats, type PaddedBatch } from 'headwater';
 * const batch: PaddedBatch = {
 *   size: 2,
 *   time: 3,
 *   tokens: Int32Array.of(5, 2, 9, 4, 0, 0),
 *   lengths: Int32Array.of(3, 1),
 *   ids: Int32Array.of(0, 1),
 * };
 * of(batch)
 *   .pipe(batchStats())
 *   .subscribe((stats) => {
 *     stats.tokens; // 4
 *     stats.padding; // 2 of 6 positions: 0.333…
 *   });
 * ```
 */
export const batchStats = (): OperatorFunction<PaddedBatch, BatchStats> => (source) =>
  // Deferred, so that each subscriber has its own counts.
  defer(() =>
    source.pipe(
      reduce((sums, batch) => sums.add(batch), new Sums()),
      map((sums) => sums.stats()),
    ),
  );
