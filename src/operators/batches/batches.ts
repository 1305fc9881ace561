import type { Observable } from 'rxjs';
import type { Vocabulary } from '../../contracts/live/Learning.js';
import type { LabelledBatch } from '../../contracts/rows/PaddedBatch.js';
import type { LabelledTokens, Row, Side } from '../../contracts/rows/Row.js';
import { boundedQueue } from '../flow/boundedQueue.js';
import type { KeptRows } from './internal/KeptRows.js';
import { BUCKET_TYPES, bucketByLength, type BucketByLengthOptions, DEFAULT_BOUNDARIES } from './bucketByLength.js';
import { checkOptions, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import type { SliceOptions } from '../flow/emitInSlices.js';
import { trace } from '../flow/trace.js';
import type { Split } from '../rows/prepare.js';
import { preprocess } from '../rows/preprocess.js';
import { rowEncoder } from '../../text/rowEncoder.js';
import { rowsOf } from '../rows/rowsOf.js';
import { shuffle } from '../rows/shuffle.js';
import { tokenize } from '../rows/tokenize.js';

/**
 * How batches are made: the options of `bucketByLength`, except the padding token and the unknown token, which come
 * from the tokenizer.
 */
export interface BatchOptions
  extends SliceOptions, Omit<BucketByLengthOptions, 'batchSize' | 'padIndex' | 'unknownIndex'> {
  /** The number of rows in a batch, at least 1. Default 64, as in the lesson. */
  readonly batchSize?: number | undefined;
  /**
   * Encodes a text into what a model reads. Use a `rowEncoder` of the split's tokenizer if the model reads word vectors
   * or hashed features too. Default: a `rowEncoder` of the split's tokenizer, which reads as much of a text as the
   * split's text steps say.
   */
  readonly encoder?: Vocabulary | undefined;
  /** The number of train rows that the shuffle of an epoch holds to choose from. Default 50,000. */
  readonly buffer?: number | undefined;
  /**
   * The number of batches that may wait for their consumer before the valve is held. It is used only with a `valve`.
   * Default 8.
   */
  readonly highWaterMark?: number | undefined;
}

/** Which batches `batches` reads, and how it makes them. */
export interface BatchesOptions extends BatchOptions {
  /** The side whose rows are read. */
  readonly side: Side;
  /**
   * The number of this pass over the train rows, from 1. Each epoch has an order of its own. It has no effect on the
   * other sides. Default 1.
   */
  readonly epoch?: number | undefined;
}

/**
 * The batches of one side of a split for one epoch.
 *
 * ```marbles
 * split.rows$:     -a-b-c-d-e-f|           c is a test row, f a validation row
 *                  batches(split, { side, epoch, batchSize: 2 })
 * train, epoch 1:  ------------(PQ|)       P: rows b and e;  Q: rows d and a
 * train, epoch 2:  ------------(RS|)       R: rows b and d;  S: rows a and e
 * test:            ------------(T|)        T: row c
 * ```
 *
 * Cold: every subscription reads the rows again, keeps those of the side, and preprocesses, tokenizes and batches them.
 * It gives the same batches every time. To feed several consumers from one reading, `connect` them:
 * `connect((b$) => merge(trainStep(gru)(b$), trainStep(rnn)(b$)))`. (`share` would read the rows again for the second
 * consumer if the source is synchronous.)
 *
 * Train rows are shuffled by the seed and the epoch. With buckets, a batch is emitted when its bucket is full, and the
 * remaining rows at the end, from short to long. Therefore the order of the train batches is shuffled once more. With
 * `boundaries: []` each batch has the next rows of the shuffle, as in the lesson.
 *
 * With a `valve` it ends in a `boundedQueue`, and the end of the shuffle obeys the valve as the source does: pass the
 * same valve as to the source of the rows. Then a slow or busy consumer never lets more than the bound wait, and the
 * event loop runs at least every `yieldAfter` ms + one step of the consumer. Without a valve there is no back-pressure
 * here: the caller must provide it.
 *
 * Holds at most `buffer` rows of the train side (none of the other sides), (boundaries + 1) × (batchSize − 1) rows in
 * buckets, 2 × (boundaries + 1) batches of the train side for the second shuffle, and with a `valve` `highWaterMark`
 * batches + those of one chunk of the source.
 *
 * Errors: `HW_SOURCE_CHANGED` when the rows are not those that were prepared, as far as `rowsOf` can tell; any error
 * that the source sends or `dropped` throws.
 *
 * @param split the split that `prepare` emitted
 * @param options which batches, and how they are made
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { batches, prepare, type Row } from 'headwater';
 * const rows: Row[] = Array.from({ length: 20 }, (_, id) => ({
 *   id,
 *   title: `Report ${id} of the day`,
 *   category: id % 2 === 0 ? 'Sports' : 'World',
 * }));
 * const split = await lastValueFrom(prepare(from(rows)));
 * batches(split, { side: 'train', epoch: 1, batchSize: 4 }).subscribe(({ size, time, labels }) =>
 *   console.log(size, time, labels),
 * );
 * ```
 * @see {@link batchSource} for what `fit` trains on
 */
export const batches = (split: Split, options: BatchesOptions): Observable<LabelledBatch> =>
  batchesFrom(split, options, undefined);

/**
 * The same as `batches`, for rows that may be kept in memory from one pass to the next.
 *
 * @param kept the kept rows, or undefined if each pass reads and encodes the rows again
 */
export const batchesFrom = (
  split: Split,
  options: BatchesOptions,
  kept: KeptRows | undefined,
): Observable<LabelledBatch> => {
  checkOptions('batches', options, "split, { side: 'train' }");
  checkTypes('batches', options, BUCKET_TYPES);
  const {
    side,
    epoch = 1,
    batchSize = 64,
    boundaries = DEFAULT_BOUNDARIES,
    buffer = 50_000,
    highWaterMark = 8,
  } = options;
  const { valve, yieldAfter, scheduler } = options;
  const { seed, text, stopWords, labelEncoder } = split;
  const encoder = options.encoder ?? rowEncoder({ tokenizer: split.tokenizer, text });
  const slices: SliceOptions = { valve, yieldAfter, scheduler };
  checkWhole('batches', 'epoch', epoch, 1);
  checkWhole('batches', 'buffer', buffer, 1);
  checkWhole('batches', 'highWaterMark', highWaterMark, 1);

  const read$ = rowsOf(split, side);
  const encode = (row$: Observable<Row>): Observable<LabelledTokens> =>
    row$.pipe(preprocess({ text, stopWords }), trace('preprocess'), tokenize(encoder, labelEncoder), trace('tokenize'));
  const shuffled = <T>(row$: Observable<T>): Observable<T> =>
    side === 'train' ? row$.pipe(shuffle({ ...slices, buffer, seed, epoch }), trace('shuffle')) : row$;
  // The draws of the shuffle depend only on the number of rows, so rows that are encoded before the shuffle come in
  // the same order.
  const encoded$ = kept === undefined ? encode(shuffled(read$)) : shuffled(kept.rows(side, encode(read$), slices));
  const batches$ = encoded$.pipe(
    bucketByLength({
      ...options,
      batchSize,
      boundaries,
      padIndex: encoder.padIndex,
      unknownIndex: encoder.unknownIndex,
    }),
    trace('batch'),
  );
  const mixed = shuffle<LabelledBatch>({
    ...slices,
    buffer: 2 * (boundaries.length + 1),
    seed,
    epoch,
    purpose: 'batches',
  });
  const mixed$ = side === 'train' && boundaries.length > 0 ? batches$.pipe(mixed, trace('mix')) : batches$;
  return valve === undefined
    ? mixed$
    : mixed$.pipe(boundedQueue({ valve, highWaterMark, yieldAfter, scheduler }), trace('queue'));
};
