import { checkSplit } from '../rows/checkSplit.js';
import { defer, filter, type Observable, type OperatorFunction, reduce, switchMap } from 'rxjs';
import { checkOptions, checkWhole } from '../../contracts/checkOption.js';
import type { Vocabulary } from '../../contracts/live/Learning.js';
import type { LabelledBatch } from '../../contracts/rows/PaddedBatch.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { Row } from '../../contracts/rows/Row.js';
import { rowEncoder } from '../../text/rowEncoder.js';
import { stepsOf, textPath } from '../../text/textPath.js';
import { hash64 } from '../../text/hash64.js';
import type { Split } from '../rows/prepare.js';
import { preprocess } from '../rows/preprocess.js';
import { rowsOf } from '../rows/rowsOf.js';
import { tokenize } from '../rows/tokenize.js';
import { bucketByLength } from './bucketByLength.js';

/** Options of `heldOut`. */
export interface HeldOutOptions {
  /** The number of rows in a batch, at least 1. Default 64. */
  readonly batchSize?: number | undefined;
  /** Encodes a text into what the model reads. Default: a `rowEncoder` of the split's tokenizer. */
  readonly encoder?: Vocabulary | undefined;
  /** Receives the rows whose class the split does not know. Default: none. Then the first such row ends the stream. */
  readonly rejections?: DeadLetter | undefined;
  /**
   * Receives the rows whose text is also the text of a train row, so that the model has seen it. Default: these rows
   * are only left out.
   */
  readonly seen?: { next(row: Row): void } | undefined;
}

/**
 * The texts of train rows, by a hash of 53 bits. Among a million texts, two have the same hash with a probability of 1
 * in 20,000.
 */
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
 * Makes batches of held-out rows that are not part of the split, encoded as the split's model reads them. Use it to
 * measure the model on texts that it has not seen. Rows whose text is also the text of a train row are left out.
 *
 * ```marbles
 * rows:    -a-b-c-d-|        the text of b is that of a train row
 *          heldOut(split)
 * result:  ---------(B|)     B: a batch of a, c and d
 * ```
 *
 * A model can memorize a text of its training, so its score on that text says nothing about other texts.
 *
 * Holds a number for each different text of the train rows, about 40 bytes, and the rows of batches that are not full.
 * At each subscription it reads the split's rows once, before the held-out rows.
 *
 * Errors: `HW_LABEL` at a row whose class the split does not know when there are no `rejections`; the errors of
 * `rowsOf` and `bucketByLength`; any error that the source sends, or that `rejections` and `seen` throw.
 *
 * @param split the split that the model was trained on
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
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
  checkOptions('heldOut', options, 'split, { batchSize: 64 }');
  checkSplit('heldOut', split);

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
