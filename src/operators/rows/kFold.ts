import { concatMap, defer, map, type Observable, range, reduce } from 'rxjs';
import { checkNumber, checkOptions, checkTime, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Preprocessed, Row } from '../../contracts/rows/Row.js';
import { stepsOf, textPath } from '../../text/textPath.js';
import { copyWith } from '../internal/copyWith.js';
import { Division } from './internal/Division.js';
import { prepare, PREPARE_TYPES, type PrepareOptions, type Split } from './prepare.js';
import { shuffle } from './shuffle.js';

/** How rows are divided into folds. The other options are those of `prepare`. */
export interface KFoldOptions extends Omit<PrepareOptions, 'shares'> {
  /** The number of folds, from 2 to 100. Default 5. */
  readonly folds?: number | undefined;
  /**
   * The share of the rows outside the fold's test side that become its validation side, from 0 to below 1. Default
   * 0.15.
   */
  readonly validation?: number | undefined;
}

/** One fold: its rows are the test side, and all other rows are for training and validation. */
export interface Fold {
  /** The number of this fold, from 1. */
  readonly fold: number;
  /** The total number of folds. */
  readonly folds: number;
  /**
   * The divided rows, and the vocabulary and classes learnt from this fold's train rows alone. Cold: it reads the rows
   * again at each subscription.
   */
  readonly split$: Observable<Split>;
}

/** The fold of each row, by its id. */
class FoldByRow {
  #folds = new Uint8Array(1024);

  set(id: number, fold: number): void {
    if (!(Number.isSafeInteger(id) && id >= 0))
      throw new HeadwaterError(
        'HW_USAGE',
        `kFold: a row has the id ${id}. An id is the row's ordinal in its source, from 0.`,
      );
    if (id >= this.#folds.length) {
      const grown = new Uint8Array(Math.max(id + 1, 2 * this.#folds.length));
      grown.set(this.#folds);
      this.#folds = grown;
    }
    this.#folds[id] = fold;
  }

  /** The fold, from 1, or 0 for a row without one. */
  of(id: number): number {
    return this.#folds[id] ?? 0;
  }
}

/**
 * Divides rows into folds of equal size for cross-validation. Each fold has about its share of every class. Every row
 * is a test row of one fold, and a train or validation row of all others.
 *
 * ```marbles
 * rows$:  -r-r-r-r-r-|
 *         kFold(rows$, { folds: 3 })
 * result: -----------(123|)   each { fold, folds, split$ }
 * ```
 *
 * All rows with the same preprocessed text are in one fold, so no test row repeats a text that the fold's model learnt
 * from. Vocabulary, classes and class weights are learnt for each fold from its own train rows. A `side` that a row
 * already has is ignored.
 *
 * It reads the rows once to choose their folds, and emits the folds when the source completes. Each `split$` reads the
 * rows again when it is subscribed to, so subscribe to one after the other with `concatMap`.
 *
 * Holds one byte a row. While it chooses the folds, it also holds `buffer` rows of the shuffle, and for every two folds
 * at most 37 bytes for each of the first 500,000 different texts.
 *
 * Errors: `HW_EMPTY` when there are fewer rows than folds; `HW_USAGE` when an id is not an ordinal; any error that the
 * source sends. A `split$` has the errors of `prepare`: a class whose rows are all in one fold has no train rows there.
 *
 * @param rows$ the rows: cold, the same rows in the same order at every subscription
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 * @see R. Kohavi, A study of cross-validation and bootstrap for accuracy estimation and model selection. IJCAI 1995.
 *
 * @example
 * ```ts
 * import { concatMap, from } from 'rxjs';
 * import { batches, evaluate, kFold, metrics, type Row } from 'headwater';
 * import { recordingModel } from 'headwater/testing';
 * const rows: Row[] = Array.from({ length: 40 }, (_, id) => ({
 *   id,
 *   title: `Report ${id}`,
 *   category: id % 2 === 0 ? 'Sports' : 'World',
 * }));
 * kFold(from(rows), { folds: 4 })
 *   .pipe(
 *     concatMap(({ split$ }) => split$),
 *     // Here each fold's model would be trained first.
 *     concatMap((split) =>
 *       batches(split, { side: 'test' }).pipe(evaluate(recordingModel()), metrics(split.labelEncoder.classes)),
 *     ),
 *   )
 *   .subscribe(({ rows, accuracy }) => console.log(rows, accuracy)); // four times, of 10 rows each
 * ```
 */
export const kFold = (rows$: Observable<Row>, options: KFoldOptions = {}): Observable<Fold> => {
  checkOptions('kFold', options, 'rows$, { folds: 5 }');
  checkTypes('kFold', options, PREPARE_TYPES);
  const { folds = 5, validation = 0.15, ...preparing } = options;
  const { seed = 1234, buffer = 50_000, valve, yieldAfter, scheduler } = preparing;
  checkWhole('kFold', 'folds', folds, 2, 100);
  checkNumber('kFold', 'validation', validation, { from: 0, below: 1 });
  checkWhole('kFold', 'seed', seed);
  checkWhole('kFold', 'buffer', buffer, 1);
  if (yieldAfter !== undefined) checkTime('kFold', 'yieldAfter', yieldAfter);
  const { textOf, lookUp } = textPath(stepsOf(preparing));

  return defer(() => {
    // The first fold takes its share of all rows, the next one its share of the rest, and so on. Each division is
    // exact within every class, so the folds are exact too.
    const divisions = Array.from({ length: folds - 1 }, (_, k) => {
      const share = 1 / (folds - k);
      return new Division<Preprocessed<Row>>({
        shares: { train: 1 - share, validation: 0, test: share },
        seed: seed + k,
        stratify: ({ category }) => category,
        groupBy: ({ text }) => lookUp(text),
      });
    });
    const foldOf = (row: Row): number => {
      const preprocessed = copyWith(row, 'text', textOf(row.title));
      const found = divisions.findIndex((division) => division.sideOf(preprocessed) === 'test');
      return 1 + (found === -1 ? folds - 1 : found);
    };
    const byRow = new FoldByRow();
    const splitOf = (fold: number): Observable<Split> =>
      prepare(rows$.pipe(map((row): Row => ({ ...row, side: byRow.of(row.id) === fold ? 'test' : undefined }))), {
        ...preparing,
        shares: { train: 1 - validation, validation, test: 0 },
      });
    return rows$.pipe(
      shuffle<Row>({ buffer, seed, valve, yieldAfter, scheduler }),
      reduce((count, row) => {
        byRow.set(row.id, foldOf(row));
        return count + 1;
      }, 0),
      concatMap((count) => {
        if (count < folds)
          throw new HeadwaterError(
            'HW_EMPTY',
            `kFold: ${count} rows cannot be divided into ${folds} folds. Ask for fewer folds, or give more rows.`,
          );
        return range(1, folds);
      }),
      map((fold): Fold => ({ fold, folds, split$: splitOf(fold) })),
    );
  });
};
