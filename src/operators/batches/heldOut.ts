import { checkArgument } from '../../contracts/checkArgument.js';
import { defer, filter, type Observable, type OperatorFunction, reduce, switchMap } from 'rxjs';
import { checkWhole } from '../../contracts/checkOption.js';
import type { Vocabulary } from '../../contracts/live/Learning.js';
import type { LabelledBatch } from '../../contracts/rows/PaddedBatch.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { Row } from '../../contracts/rows/Row.js';
import { rowEncoder } from '../../text/rowEncoder.js';
import { stepsOf, textPath } from '../../text/textPath.js';
import { hash64 } from '../rows/internal/hash64.js';
import type { Split } from '../rows/prepare.js';
import { preprocess } from '../rows/preprocess.js';
import { rowsOf } from '../rows/rowsOf.js';
import { tokenize } from '../rows/tokenize.js';
import { bucketByLength } from './bucketByLength.js';

/** How rows are held against a split. */
export interface HeldOutOptions {
  /** The rows in a batch, at least 1. Default 64. */
  readonly batchSize?: number | undefined;
  /** What turns a text into what the model reads. Default: a `rowEncoder` of the split's tokenizer. */
  readonly encoder?: Vocabulary | undefined;
  /** Where rows go whose class the split does not know. Default: none, and the first such row ends the stream. */
  readonly rejections?: DeadLetter | undefined;
  /** Where rows go whose text a train row of the split has: the model has seen them. Default: they are left out. */
  readonly seen?: { next(row: Row): void } | undefined;
}

/** The texts of train rows, by a hash of 53 bits: two of a million share one with a chance of 1 in 20,000. */
class Texts {
  readonly #hashes = new Set<number>();
  readonly #words = new Uint32Array(2);

  add(text: string): this {
    this.#hashes.add(this.#hashOf(text));
    return this;
  }

  has(text: string): boolean {
    return this.#hashes.has(this.#hashOf(text));
  }

  #hashOf(text: string): number {
    hash64(text, this.#words);
    return this.#words[0]! * 2 ** 21 + (this.#words[1]! >>> 11);
  }
}

/**
 * Makes batches of rows from elsewhere, as a split's model reads them, for measuring the model on what it has not seen:
 * rows whose text a train row of the split has are left out.
 *
 *     rows:            -a-b-c-d-|           (b's text is that of a train row)
 *     heldOut(split):  ---------(B|)        a batch of a, c and d
 *
 * Where a text was in training, a model can know it by heart, and its score says nothing about other texts.
 *
 * Holds a number for each different text of the train rows, about 40 bytes, and the rows of batches that are not full.
 * It reads the split's rows once at each subscription, before the rows.
 *
 * Errors: `HW_LABEL` at a row whose class the split does not know when there are no `rejections`; what `rowsOf` and
 * `bucketByLength` send; whatever the source sends, and `rejections` and `seen` throw.
 *
 * @param split what the model was trained on
 * @throws HeadwaterError `HW_USAGE` when an option cannot work
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { evaluate, heldOut, metrics, prepare, type Row } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 * const row = (id: number): Row => ({ id, title: `Report ${id}`, category: id % 2 === 0 ? 'Sports' : 'World' });
 * const split = await lastValueFrom(prepare(from(Array.from({ length: 40 }, (_, id) => row(id)))));
 * from([row(7), row(40), row(41)])
 *   .pipe(heldOut(split), evaluate(recordingModel()), metrics(split.labelEncoder.classes))
 *   .subscribe(({ rows }) => console.log(rows)); // 2, or 3 where row 7 is no train row
 * ```
 */
export const heldOut = (split: Split, options: HeldOutOptions = {}): OperatorFunction<Row, LabelledBatch> => {
  checkArgument('heldOut', 'split', split, 'a split, such as prepare() emits', ['rows', 'labelEncoder']);

  const {
    batchSize = 64,
    encoder = rowEncoder({ tokenizer: split.tokenizer, text: split.text }),
    rejections,
    seen,
  } = options;
  checkWhole('heldOut', 'batchSize', batchSize, 1);
  const { text, stopWords } = split;
  const { textOf, lookUp } = textPath(stepsOf({ text, stopWords }));
  const textOfRow = ({ title }: Row): string => lookUp(textOf(title));
  const { padIndex, unknownIndex } = encoder;

  return (row$: Observable<Row>) =>
    defer(() =>
      rowsOf(split, 'train').pipe(
        reduce((texts, row) => texts.add(textOfRow(row)), new Texts()),
        switchMap((texts) =>
          row$.pipe(
            filter((row) => {
              if (!texts.has(textOfRow(row))) return true;
              seen?.next(row);
              return false;
            }),
          ),
        ),
        preprocess({ text, stopWords }),
        tokenize(encoder, split.labelEncoder, { rejections }),
        bucketByLength({ batchSize, padIndex, unknownIndex }),
      ),
    );
};
