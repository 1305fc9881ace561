import { checkOptions, checkWhole } from '../contracts/checkOption.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { LabelledBatch } from '../contracts/rows/PaddedBatch.js';
import { tokenizedRows, type TokenizedRowsOptions } from './tokenizedRows.js';

/** Options of `labelledBatch` and `paddedBatch`. */
export interface GeneratedBatchOptions extends Omit<TokenizedRowsOptions, 'count'> {
  /** The number of rows, B. Default 4. */
  readonly size?: number | undefined;
}

/**
 * A labelled batch from a seed. Its time dimension T is the length of its longest row.
 *
 * @throws HeadwaterError `HW_USAGE` for invalid sizes
 *
 * @example
 * ```ts
 * import { labelledBatch } from 'headwater/testing';
 * const batch = labelledBatch({ seed: 7, size: 3, classes: 4 });
 * batch.labels.length; // 3
 * ```
 */
export const labelledBatch = (options: GeneratedBatchOptions = {}): LabelledBatch => {
  checkOptions('labelledBatch', options, '{ size: 4 }');
  const { size = 4, shortest = 1, ...tokenized } = options;
  checkWhole('labelledBatch', 'size', size, 1);
  if (shortest < 1)
    throw new HeadwaterError(
      'HW_USAGE',
      `labelledBatch: shortest is ${shortest}, but no row of a batch is empty: it must be at least 1.`,
    );
  const rows = tokenizedRows({ ...tokenized, shortest, count: size });
  const time = Math.max(...rows.map(({ tokens }) => tokens.length));
  const tokens = new Int32Array(size * time);
  rows.forEach((row, index) => tokens.set(row.tokens, index * time));
  return {
    size,
    time,
    tokens,
    lengths: Int32Array.from(rows, (row) => row.tokens.length),
    ids: Int32Array.from(rows, ({ id }) => id),
    labels: Int32Array.from(rows, ({ label }) => label),
  };
};
