import { concat, defer, filter, from, map, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import type { TokenizedRow } from '../../contracts/rows/Row.js';
import { withHolding } from '../../contracts/flow/FlowProbe.js';
import { checkOptions, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import { truncated, withUnknown } from '../rows/internal/encodedText.js';
import { type BatchOf, padRows } from './padRows.js';

/** A row that the options of `bucketByLength` left out of every batch. */
export interface DroppedRow {
  readonly type: 'dropped';
  /** The reason: `overlong`, `empty`, or `last` if the row was in a last batch that was not full. */
  readonly reason: 'overlong' | 'empty' | 'last';
  /** The row's ordinal in its source. */
  readonly id: number;
  /** Its length, in tokens. */
  readonly length: number;
}

/** Options of `bucketByLength`. */
export interface BucketByLengthOptions {
  /** The number of rows in a batch, at least 1. */
  readonly batchSize: number;
  /**
   * The length of the longest row in each bucket except the last, in tokens, in ascending order. Longer rows share the
   * last bucket. Default `[4, 6, 8, 10, 12, 16, 24, 32, 64]`. With `[]` there is one bucket, and the rows keep their
   * order.
   */
  readonly boundaries?: readonly number[] | undefined;
  /** Whether the last batch is left out if it is not full. Default false. */
  readonly dropLast?: boolean | undefined;
  /** The most tokens of a row, at least 1. Default Infinity. */
  readonly maxLength?: number | undefined;
  /**
   * What happens to a row with more than `maxLength` tokens: `truncate` removes the tokens at its end, `drop` leaves
   * the row out. Default `truncate`.
   */
  readonly overlong?: 'truncate' | 'drop' | undefined;
  /**
   * What happens to a row without tokens: `unknown` gives it the unknown token alone, `drop` leaves the row out.
   * Default `unknown`.
   */
  readonly empty?: 'unknown' | 'drop' | undefined;
  /** The index of the padding token. Default 0. */
  readonly padIndex?: number | undefined;
  /** The index of the unknown token. Default 1. */
  readonly unknownIndex?: number | undefined;
  /** Receives every row that is left out. If it throws, the stream ends with this error. Default: none. */
  readonly dropped?: { next(row: DroppedRow): void } | undefined;
}

/**
 * Headlines have 3 to 12 tokens after preprocessing, and titles of papers have a few more. So the buckets are narrow
 * for these lengths and wide above.
 */
export const DEFAULT_BOUNDARIES: readonly number[] = [4, 6, 8, 10, 12, 16, 24, 32, 64];

/** The types of options that batches share. */
export const BUCKET_TYPES = {
  dropLast: 'boolean',
  overlong: ['truncate', 'drop'],
  empty: ['unknown', 'drop'],
} as const;

const check = (options: BucketByLengthOptions, boundaries: readonly number[], maxLength: number): void => {
  checkWhole('bucketByLength', 'batchSize', options.batchSize, 1);
  if (maxLength !== Infinity) checkWhole('bucketByLength', 'maxLength', maxLength, 1);
  if (!boundaries.every((boundary, i) => Number.isSafeInteger(boundary) && boundary > (boundaries[i - 1] ?? 0))) {
    throw new HeadwaterError(
      'HW_USAGE',
      `bucketByLength: the boundaries are [${boundaries.join(', ')}], ` +
        'but must be whole numbers of at least 1, each above the one before.',
    );
  }
};

/** A row that waits until its batch is full, and the number of rows that arrived before it. */
interface Waiting {
  readonly row: TokenizedRow;
  readonly arrival: number;
}

const byLength = (a: Waiting, b: Waiting): number => a.row.tokens.length - b.row.tokens.length;
const byArrival = (a: Waiting, b: Waiting): number => a.arrival - b.arrival;

/**
 * Gathers rows of similar length into padded batches, so that little computation is spent on padding.
 *
 * Each row waits in the bucket of its length. A bucket with `batchSize` rows becomes a batch. When the source
 * completes, the rows left in the buckets are gathered across the buckets, from short to long, so that every batch
 * except the last is full. The last batch has the rows that arrived last, whatever their length.
 *
 * ```marbles
 * source: a--b--c--d--e--|      lengths: a 1, b 5, c 2, d 4, e 7
 *         bucketByLength({ batchSize: 2, boundaries: [3] })
 * result: ------A--B-----(C|)   A: a and c;  B: b and d;  C: e
 * ```
 *
 * No row is lost or repeated. Rows are left out only as the options say, and `dropped` receives each of them: overlong
 * rows, empty rows, and with `dropLast` fewer rows than one batch in total. These last rows are always those that
 * arrived last, not the shortest or the longest, because otherwise the same rows would never be learnt from.
 *
 * The same rows in the same order give the same batches. Labelled rows give a `LabelledBatch`, other rows a
 * `PaddedBatch`. Each batch has buffers of its own.
 *
 * Holds at most (boundaries + 1) × (batchSize − 1) rows: 630 with the defaults and a batch size of 64. An error of the
 * source passes at once, and the waiting rows are not emitted.
 *
 * @param options `batchSize`, `boundaries`, `dropLast`, and what happens to overlong and empty rows
 * @throws HeadwaterError `HW_USAGE` when the batch size or `maxLength` is below 1, or the boundaries do not rise
 *
 * @example
 * ```ts
 * import { from } from 'rxjs';
 * import { bucketByLength } from 'headwater';
 * from([
 *   { id: 0, tokens: Int32Array.of(5, 3), label: 1 },
 *   { id: 1, tokens: Int32Array.of(7, 2, 9, 4, 8), label: 0 },
 *   { id: 2, tokens: Int32Array.of(6), label: 1 },
 * ])
 *   .pipe(bucketByLength({ batchSize: 2, boundaries: [4] }))
 *   .subscribe((batch) => console.log(batch.ids, batch.labels)); // rows 0 and 2, then row 1
 * ```
 */
export function bucketByLength<R extends TokenizedRow>(options: BucketByLengthOptions): OperatorFunction<R, BatchOf<R>>;
export function bucketByLength(options: BucketByLengthOptions): OperatorFunction<TokenizedRow, PaddedBatch> {
  checkOptions('bucketByLength', options, '{ batchSize: 64 }');
  checkTypes('bucketByLength', options, BUCKET_TYPES);
  checkTypes('bucketByLength', options, { padIndex: 'number', unknownIndex: 'number' });
  const { batchSize, boundaries = DEFAULT_BOUNDARIES, maxLength = Infinity, dropped } = options;
  const { dropLast = false, overlong = 'truncate', empty = 'unknown', padIndex = 0, unknownIndex = 1 } = options;
  check(options, boundaries, maxLength);

  const report = ({ id, tokens }: TokenizedRow, reason: DroppedRow['reason']): void =>
    dropped?.next({ type: 'dropped', reason, id, length: tokens.length });

  /** The row with at least one token and at most `maxLength`, or undefined if it is left out. */
  const fitted = (row: TokenizedRow): TokenizedRow | undefined => {
    const { length } = row.tokens;
    if (length > 0 && length <= maxLength) return row;
    if (length === 0 && empty === 'unknown') return withUnknown(row, unknownIndex);
    if (length > maxLength && overlong === 'truncate') return truncated(row, maxLength);
    report(row, length === 0 ? 'empty' : 'overlong');
    return undefined;
  };

  const bucketOf = ({ length }: Int32Array): number => {
    const bucket = boundaries.findIndex((longest) => length <= longest);
    return bucket === -1 ? boundaries.length : bucket;
  };

  const batchOf = (waiting: readonly Waiting[]): PaddedBatch =>
    padRows(
      waiting.map(({ row }) => row),
      padIndex,
    );

  return (source) =>
    defer(() => {
      const buckets: Waiting[][] = Array.from({ length: boundaries.length + 1 }, () => []);
      let arrivals = 0;

      /** The batch that this row completes, or undefined. */
      const place = (given: TokenizedRow): PaddedBatch | undefined => {
        const row = fitted(given);
        if (row === undefined) return undefined;
        const at = bucketOf(row.tokens);
        const bucket = buckets[at]!;
        bucket.push({ row, arrival: arrivals++ });
        if (bucket.length < batchSize) return undefined;
        buckets[at] = [];
        return batchOf(bucket);
      };

      const leftovers = (): readonly PaddedBatch[] => {
        const waiting = buckets.splice(0).flat().sort(byArrival);
        const full = waiting.length - (waiting.length % batchSize);
        const last = waiting.slice(full);
        const rest = waiting.slice(0, full).sort(byLength);
        const result: PaddedBatch[] = [];
        for (let at = 0; at < full; at += batchSize) result.push(batchOf(rest.slice(at, at + batchSize)));
        if (dropLast) for (const { row } of last) report(row, 'last');
        else if (last.length > 0) result.push(batchOf(last));
        return result;
      };

      const batch$ = concat(
        source.pipe(
          map(place),
          filter((batch) => batch !== undefined),
        ),
        defer(() => from(leftovers())),
      );
      return withHolding(batch$, {
        operator: 'bucketByLength',
        held: () => buckets.reduce((sum, bucket) => sum + bucket.length, 0),
        bound: (boundaries.length + 1) * (batchSize - 1),
      });
    });
}
