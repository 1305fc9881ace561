import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LabelledBatch, PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import type { LabelledTokens, TokenizedRow } from '../../contracts/rows/Row.js';
import type { SparseRow, SparseRows } from '../../contracts/rows/SparseRows.js';

/** The type of the batch: a `LabelledBatch` if the rows are labelled. */
export type BatchOf<R extends TokenizedRow> = R extends LabelledTokens ? LabelledBatch : PaddedBatch;

/** The row's label, if it has one. */
const labelOf = (row: TokenizedRow): number | undefined =>
  'label' in row && typeof row.label === 'number' ? row.label : undefined;

/**
 * The value of each row, or undefined if no row has one. Nothing is then allocated. This is the common case, because
 * most rows have tokens alone.
 */
const ofEach = <T>(
  rows: readonly TokenizedRow[],
  what: string,
  of: (row: TokenizedRow) => T | undefined,
): readonly T[] | undefined => {
  const found: T[] = [];
  let missing = 0;
  for (let at = 0; at < rows.length; at++) {
    const value = of(rows[at]!);
    if (value === undefined) missing++;
    else found.push(value);
  }
  if (missing === 0) return found;
  if (missing === rows.length) return undefined;
  throw new HeadwaterError(
    'HW_USAGE',
    `padRows: ${rows.length - missing} of ${rows.length} rows have ` +
      `${what}, but either all rows of a batch have one or none has.`,
  );
};

const laidOut = (vectorIds: readonly Int32Array[], rows: readonly TokenizedRow[], time: number): Int32Array => {
  const all = new Int32Array(rows.length * time);
  vectorIds.forEach((ids, at) => {
    const { id, tokens } = rows[at]!;
    if (ids.length !== tokens.length) {
      throw new HeadwaterError(
        'HW_USAGE',
        `padRows: row ${id} has ${tokens.length} tokens but ` +
          `${ids.length} vector ids. Each token has one; 0 stands for none.`,
      );
    }
    all.set(ids, at * time);
  });
  return all;
};

const joined = (features: readonly SparseRow[]): SparseRows => {
  const offsets = new Int32Array(features.length + 1);
  let length = 0;
  for (let at = 0; at < features.length; at++) offsets[at + 1] = length += features[at]!.ids.length;
  const ids = new Int32Array(length);
  const values = new Float32Array(length);
  for (let at = 0; at < features.length; at++) {
    const row = features[at]!;
    ids.set(row.ids, offsets[at]);
    values.set(row.values, offsets[at]);
  }
  return { offsets, ids, values };
};

/**
 * Puts rows of token indices into one batch, and fills the shorter rows up with the padding token.
 *
 * @param rows B rows with at least one token each; a label, vector ids and features are each on all rows or on none
 * @param padIndex the padding token's index. Default 0
 * @returns a batch with buffers of its own: `tokens` [B, T], where T is the longest row's length, `lengths` [B], `ids`
 *   [B] and, for labelled rows, `labels` [B]; all int32. Rows with vector ids give `vectorIds` [B, T], with 0 after the
 *   end of a row; rows with features give `features`, B sparse rows
 * @throws HeadwaterError `HW_USAGE` when there are no rows, a row has no tokens, or only some of the rows have a label,
 *   vector ids or features
 *
 * @example
 * ```ts
 * import { padRows } from 'headwater';
 * const batch = padRows([
 *   { id: 0, tokens: Int32Array.of(5, 3, 8), label: 1 },
 *   { id: 1, tokens: Int32Array.of(7), label: 0 },
 * ]);
 * batch.tokens; // [5, 3, 8, 7, 0, 0], shape [2, 3]
 * batch.lengths; // [3, 1]
 * ```
 */
export function padRows<R extends TokenizedRow>(rows: readonly R[], padIndex?: number): BatchOf<R>;
export function padRows(rows: readonly TokenizedRow[], padIndex = 0): PaddedBatch {
  checkArgument('padRows', 'rows', rows, 'a list of tokenized rows', ['length']);

  const size = rows.length;
  if (size === 0) throw new HeadwaterError('HW_USAGE', 'padRows: there are no rows, but a batch has at least one.');
  let time = 0;
  for (let at = 0; at < size; at++) time = Math.max(time, rows[at]!.tokens.length);

  const tokens = new Int32Array(size * time);
  const lengths = new Int32Array(size);
  const ids = new Int32Array(size);
  if (padIndex !== 0) tokens.fill(padIndex);

  for (let at = 0; at < size; at++) {
    const row = rows[at]!;
    if (row.tokens.length === 0) {
      throw new HeadwaterError(
        'HW_USAGE',
        `padRows: row ${row.id} has no tokens, but a row of a batch has ` +
          'at least one. Drop it, or give it the unknown token.',
      );
    }
    tokens.set(row.tokens, at * time);
    lengths[at] = row.tokens.length;
    ids[at] = row.id;
  }

  const labels = ofEach(rows, 'a label', labelOf);
  const vectorIds = ofEach(rows, 'vector ids', (row) => row.vectorIds);
  const features = ofEach(rows, 'features', (row) => row.features);
  return {
    size,
    time,
    tokens,
    lengths,
    ids,
    ...(vectorIds === undefined ? {} : { vectorIds: laidOut(vectorIds, rows, time) }),
    ...(features === undefined ? {} : { features: joined(features) }),
    ...(labels === undefined ? {} : { labels: Int32Array.from(labels) }),
  };
}
