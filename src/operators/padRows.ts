import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { LabelledBatch, PaddedBatch } from '../contracts/PaddedBatch.js';
import type { LabelledTokens, TokenizedRow } from '../contracts/Row.js';

/** The batch that rows of a type become: labelled where they are. */
export type BatchOf<R extends TokenizedRow> = R extends LabelledTokens ? LabelledBatch : PaddedBatch;

/** The label of a row that has one. */
const labelOf = (row: TokenizedRow): number | undefined =>
  'label' in row && typeof row.label === 'number' ? row.label : undefined;

/**
 * Lays rows of token indices side by side and fills the shorter ones up with the padding token.
 *
 * @param rows B rows of at least one token each; all with a label, or all without
 * @param padIndex the padding token's index. Default 0
 * @returns a batch with buffers of its own: `tokens` [B, T], T being the longest row's length, `lengths` [B], `ids` [B]
 *   and, of labelled rows, `labels` [B]; all int32
 * @throws HeadwaterError `HW_USAGE` when there are no rows, a row has no tokens, or only some of the rows have a label
 *   @example
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
  const size = rows.length;
  if (size === 0) throw new HeadwaterError('HW_USAGE', 'padRows: there are no rows, but a batch has at least one.');
  const time = rows.reduce((longest, row) => Math.max(longest, row.tokens.length), 0);

  const tokens = new Int32Array(size * time);
  const lengths = new Int32Array(size);
  const ids = new Int32Array(size);
  const labels = new Int32Array(size);
  let labelled = 0;
  if (padIndex !== 0) tokens.fill(padIndex);

  rows.forEach((row, at) => {
    if (row.tokens.length === 0) {
      throw new HeadwaterError(
        'HW_USAGE',
        `padRows: row ${row.id} has no tokens, but a row of a batch has at least one. Drop it, or give it the unknown token.`,
      );
    }
    tokens.set(row.tokens, at * time);
    lengths[at] = row.tokens.length;
    ids[at] = row.id;
    const label = labelOf(row);
    if (label === undefined) return;
    labels[at] = label;
    labelled++;
  });

  const batch: PaddedBatch = { size, time, tokens, lengths, ids };
  if (labelled === 0) return batch;
  if (labelled === size) return { ...batch, labels } as LabelledBatch;
  throw new HeadwaterError(
    'HW_USAGE',
    `padRows: ${labelled} of ${size} rows have a label, but either all rows of a batch have one or none has.`,
  );
}
