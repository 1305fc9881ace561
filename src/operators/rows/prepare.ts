import {
  concat,
  connect,
  defer,
  EMPTY,
  filter,
  forkJoin,
  map,
  type Observable,
  type OperatorFunction,
  tap,
} from 'rxjs';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { Preprocessed, Row, Side, SidedRow } from '../../contracts/rows/Row.js';
import type { SideCounts } from '../../contracts/training/TrainingEvent.js';
import { classWeights } from '../../text/classWeights.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { type ClassOrder, LabelEncoder } from '../../text/LabelEncoder.js';
import { listNames } from '../../contracts/messages/listNames.js';
import { stepsOf, textPath } from '../../text/textPath.js';
import type { TextSteps } from '../../text/TextSteps.js';
import { Tokenizer } from '../../text/Tokenizer.js';
import { Division } from './internal/Division.js';
import { SplitCounts } from './internal/SplitCounts.js';
import { copyWith } from '../internal/copyWith.js';
import { checkTime, checkWhole } from '../../contracts/checkOption.js';
import type { SliceOptions } from '../flow/emitInSlices.js';
import { shuffle } from './shuffle.js';
import { trace } from '../flow/trace.js';
import { checkShares, type Shares, type StratifiedSplitOptions } from './stratifiedSplit.js';

/** How rows are divided, and what is learnt from the train rows before training. */
export interface PrepareOptions extends SliceOptions {
  /** Any whole number: decides the sides here, and later the order of the train rows. Default 1234, the lesson's. */
  readonly seed?: number | undefined;
  /** The share of each side of the rows that come without one. Default 0.7, 0.15 and 0.15, the lesson's. */
  readonly shares?: Shares | undefined;
  /** How many rows the shuffle before the split holds. Default 50,000. */
  readonly buffer?: number | undefined;
  /** Whether tokens are characters instead of words, where `text` is not given. Default false. */
  readonly charLevel?: boolean | undefined;
  /** The most tokens in the vocabulary, padding and unknown included. Default 5000, the lesson's. */
  readonly numTokens?: number | undefined;
  /** How often a token must occur in the train rows to be in the vocabulary. Default 1. */
  readonly minTokenFrequency?: number | undefined;
  /** All that is done to the titles. Default: the lesson's. */
  readonly text?: TextSteps | undefined;
  /**
   * The order of the classes: by code point as the lesson has them, numbers as numbers before all other names, or these
   * first. Default `number`, for the lesson's texts `code-point`.
   */
  readonly classOrder?: ClassOrder | undefined;
  /** The words to leave out of the titles, where `text` is not given. Default `STOP_WORDS`. */
  readonly stopWords?: readonly string[] | undefined;
  /** The largest share of titles that may have no token left, from 0 to 1. Default 0.2. */
  readonly maxWithoutText?: number | undefined;
  /** Where rows go whose class has no train row. Default: none, and one such row ends the stream with `HW_LABEL`. */
  readonly rejections?: DeadLetter | undefined;
  /** Where a row of the first pass stands, such as `line 7`, for messages. Default: its id. */
  readonly placeOf?: ((id: number) => string | undefined) | undefined;
  /** The path or address that the rows come from, for those rejections. Default: empty, not known. */
  readonly source?: string | undefined;
}

/** Rows of whose titles preprocessing left nothing. */
export interface RowsWithoutText {
  readonly rows: number;
  /** The first of them by its id. */
  readonly first: Row | undefined;
  /** Whether the row of an id is one that is on no side for this. */
  readonly has: (id: number) => boolean;
}

/** Rows with one text that have different classes. */
export interface MixedTexts {
  /** How many rows have another class than the first row of their text. */
  readonly rows: number;
  /** The first such row, and the class that its text had before. */
  readonly first: { readonly row: Row; readonly other: string } | undefined;
}

/** Rows divided for the whole run, and what was learnt from the train rows: all that `batches` needs. Immutable. */
export interface Split {
  /** The rows: cold, and read again for every side and epoch. */
  readonly rows$: Observable<Row>;
  /** What the sides were decided by. */
  readonly seed: number;
  /** The number of rows on each side. */
  readonly rows: SideCounts;
  /** The side of a row by its id; undefined for a row that was left out, and for one that was never read. */
  readonly sideOf: (id: number) => Side | undefined;
  /** The ids of the rows that are on no side, because their class has no train row. */
  readonly leftOut: ReadonlySet<number>;
  /**
   * The rows whose titles have no token left: they are on no side, but for those of the lesson's preprocessor, which
   * keeps them. Undefined where none was looked for.
   */
  readonly withoutText?: RowsWithoutText | undefined;
  /** The rows whose text stands with another class too, as the first of that text has it. */
  readonly mixed?: MixedTexts | undefined;
  /** How many texts of each side are those of a train row too, where rows came with a side of their own. */
  readonly shared?: Readonly<Record<'validation' | 'test', number>> | undefined;
  /** How many titles were longer than `text.maxLength` tokens, and are read up to there. */
  readonly cut?: number | undefined;
  /** The vocabulary of the train rows. */
  readonly tokenizer: Tokenizer;
  /** The classes of the train rows. */
  readonly labelEncoder: LabelEncoder;
  /** The rows of each class on each side, by class index, shape [C], int32. */
  readonly classCounts: Readonly<Record<Side, Int32Array>>;
  /** 1 / the train rows of each class, by class index, shape [C], float32. */
  readonly classWeights: Float32Array;
  /** All that is done to the titles; undefined for the lesson's with `stopWords`. */
  readonly text?: TextSteps | undefined;
  /** The words that are left out of the titles where `text` is undefined; undefined for `STOP_WORDS`. */
  readonly stopWords: readonly string[] | undefined;
}

const SHARES: Shares = { train: 0.7, validation: 0.15, test: 0.15 };

/** Refuses what nothing could be learnt from, and leaves out what was not learnt. */
const settle = (
  counts: SplitCounts,
  { rejections, source = '', maxWithoutText = 0.2, placeOf }: PrepareOptions,
): void => {
  const { rows } = counts;
  const place = (id: number): string => placeOf?.(id) ?? `row ${id}`;
  if (rows.train + rows.validation + rows.test === 0) {
    throw new HeadwaterError(
      'HW_EMPTY',
      'There are no rows to prepare. Check that the source has rows below its header, and that they are not all rejected or left out.',
    );
  }
  if (rows.train === 0) {
    throw new HeadwaterError(
      'HW_EMPTY',
      `None of the ${rows.validation + rows.test} rows is on the train side. Raise the share of the train side (--shares).`,
    );
  }
  const unlearnt = [...counts.classes].filter(([, { rows: ofClass }]) => ofClass.train === 0);
  for (const [category, { withoutTrain }] of unlearnt) {
    if (rejections === undefined) {
      throw new HeadwaterError(
        'HW_LABEL',
        `The class ${JSON.stringify(excerpt(category))} has no row on the train side, so it cannot be learnt; rows of it elsewhere: ${withoutTrain.length}, row ${withoutTrain[0] ?? 0} among them. Correct their class, add rows of it, raise the share of the train side, or give prepare somewhere to send rejections to.`,
      );
    }
    counts.leaveOut(category, rejections, source);
  }
  if (counts.classes.size === 1) {
    const only = listNames([...counts.classes.keys()]);
    throw new HeadwaterError(
      'HW_EMPTY',
      `All rows that can be learnt from have one class, ${only}: there is nothing to tell apart. Check the column that the class is read from, or add rows of another class.`,
    );
  }
  const { rows: withoutText, first } = counts.withoutText;
  const all = counts.read;
  if (first !== undefined && withoutText > maxWithoutText * all && (counts.hasText || counts.dropsEmpty))
    throw new HeadwaterError(
      'HW_EMPTY',
      `${withoutText.toLocaleString('en')} of ${all.toLocaleString('en')} titles have no word left, the first in ${place(first.id)}: ${JSON.stringify(excerpt(first.title))}. ${counts.dropsEmpty ? 'Check the column that the title is read from, and the stop words' : 'The preprocessor of the lesson keeps ASCII letters and digits alone: use unicode (--text unicode)'}, or allow more (maxWithoutText, --max-without-text).`,
    );
  if (!counts.hasText) {
    throw new HeadwaterError(
      'HW_EMPTY',
      'No title of a train row has a word left after preprocessing, which keeps ASCII letters and digits and leaves out stop words. Check the column that the title is read from.',
    );
  }
};

/** Rows by class index, shape [C], int32. */
const countsOn = (side: Side, { classes }: SplitCounts, { classes: names }: LabelEncoder): Int32Array =>
  Int32Array.from(names, (name) => classes.get(name)?.rows[side] ?? 0);

/** Learns the vocabulary and the classes from the train rows alone. */
const learn = (
  options: PrepareOptions,
): OperatorFunction<
  SidedRow<Preprocessed<Row>>,
  { readonly tokenizer: Tokenizer; readonly labelEncoder: LabelEncoder }
> => {
  const { text: steps, numTokens = 5000, minTokenFrequency } = options;
  const { classOrder = steps?.preprocessor === 'unicode' ? 'number' : 'code-point' } = options;
  const charLevel = steps?.charLevel ?? options.charLevel;
  const foldCase = steps?.preprocessor === 'unicode' && !steps.keepCase;
  const fitTokenizer = Tokenizer.fit({ charLevel, foldCase, numTokens, minTokenFrequency });
  const fitLabels = LabelEncoder.fit({ order: classOrder });
  return connect((sided$) => {
    const train$ = sided$.pipe(
      filter(({ side }) => side === 'train'),
      map(({ row }) => row),
    );
    return forkJoin({
      tokenizer: train$.pipe(
        map(({ text }) => text),
        fitTokenizer,
      ),
      labelEncoder: train$.pipe(
        map(({ category }) => category),
        fitLabels,
      ),
    });
  });
};

/**
 * Reads all rows once, decides each row's side for the whole run, and learns the vocabulary, the classes and their
 * weights from the train rows alone.
 *
 * ```marbles
 * rows$:  -r-s-r-s-r-|      r, s: rows of two classes
 *         prepare(rows$)
 * result: -----------(p|)   p: a Split
 * ```
 *
 * The rows are shuffled by the seed, preprocessed, and divided by `stratifiedSplit`: by the shares within each class,
 * and all rows of one preprocessed text on one side, so that no title of the test side is one of the train side. What a
 * row's side is follows from the rows and the seed; it is remembered by the row's id, which must be its ordinal in the
 * source and the same at every reading. A row that comes with a `side` stays on it, and the others are divided without
 * regard to it.
 *
 * Nothing of the validation and test sides is looked at to learn from. A class may be on those sides alone, for
 * instance if its only title repeats another row's: nothing can be learnt of it, so its rows go to `rejections` (without
 * line and byte, since those are no longer known) and are on no side; without `rejections` it is an error.
 *
 * Holds at most `buffer` rows for the shuffle, and none once it has emitted; 1 to 2 bytes a row for its side; 18 to 37
 * bytes for each of the first 500,000 different texts (later ones have their side by their hash); some 60 bytes for each
 * different token of the train rows, as `Tokenizer.fit`. The end of the shuffle
 * honours the `valve` and yields to the event loop.
 *
 * Errors: `HW_EMPTY` when there are no rows, no train rows, train rows of one class only, or no word left in any of
 * them; `HW_LABEL` when a class has no train row and there are no `rejections`; `HW_USAGE` when an id is no ordinal or
 * two rows have one; whatever the source sends and `rejections` throws.
 *
 * @param rows$ the rows: cold, the same rows in the same order at every subscription. It is subscribed to once here,
 *   and once for every side and epoch by `batches`
 * @throws HeadwaterError `HW_USAGE` when an option cannot work
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { prepare, type Row } from 'headwater';
 * const titles = ['Goalkeeper saves two', 'Storm closes harbour', 'Coach resigns', 'Talks resume', 'Relay team wins', 'Border opens'];
 * const rows: Row[] = titles.map((title, id) => ({ id, title, category: id % 2 === 0 ? 'Sports' : 'World' }));
 * const split = await lastValueFrom(prepare(from(rows), { seed: 1, shares: { train: 0.5, validation: 0.25, test: 0.25 } }));
 * console.log(split.rows, split.labelEncoder.classes); // how many rows are on each side; ['Sports', 'World']
 * ```
 * @see {@link batches} for what is read from a split, {@link batchSource} for training on it
 */
export const prepare = (rows$: Observable<Row>, options: PrepareOptions = {}): Observable<Split> => {
  const { seed = 1234, shares = SHARES, buffer = 50_000, stopWords, valve, yieldAfter = 25, scheduler } = options;
  checkShares('prepare', shares);
  checkWhole('prepare', 'seed', seed);
  checkWhole('prepare', 'buffer', buffer, 1);
  checkTime('prepare', 'yieldAfter', yieldAfter);
  const { textOf, lookUp, isCut, steps } = textPath(stepsOf(options));
  const shuffled = shuffle<Row>({ buffer, seed, valve, yieldAfter, scheduler });
  const dividing: StratifiedSplitOptions<Preprocessed<Row>> = {
    shares,
    seed,
    stratify: (row) => row.category,
    groupBy: (row) => lookUp(row.text),
  };
  const learnt = learn(options);

  return defer(() => {
    const counts = new SplitCounts(steps.preprocessor !== 'lesson');
    const division = new Division(dividing);
    let given = false;
    const sided = (row: Preprocessed<Row>): SidedRow<Preprocessed<Row>> => {
      const { side } = row;
      if (side === undefined) return { side: division.sideOf(row), row };
      given = true;
      division.take(row, side);
      return { side, row };
    };
    const sided$ = rows$.pipe(
      trace('read'),
      shuffled,
      trace('prepare: shuffle'),
      map((row) => {
        const text = textOf(row.title);
        if (isCut(row.title, text)) counts.cut++;
        return copyWith(row, 'text', text);
      }),
      filter((row) => counts.keeps(row)),
      map(sided),
      tap((row) => counts.add(row)),
      trace('prepare: split'),
    );
    const settled$ = defer(() => {
      settle(counts, options);
      return EMPTY;
    });
    // Settled before the vocabulary is, so that what is wrong with the rows is said in these words.
    return concat(sided$, settled$).pipe(
      learnt,
      map(({ tokenizer, labelEncoder }) => {
        const classCounts = {
          train: countsOn('train', counts, labelEncoder),
          validation: countsOn('validation', counts, labelEncoder),
          test: countsOn('test', counts, labelEncoder),
        };
        const { rows, sides, leftOut, withoutText, cut } = counts;
        return {
          rows$,
          seed,
          rows,
          sideOf: (id) => sides.sideOf(id),
          leftOut,
          withoutText,
          mixed: division.mixed,
          shared: given
            ? { validation: division.countShared('train', 'validation'), test: division.countShared('train', 'test') }
            : undefined,
          cut,
          tokenizer,
          labelEncoder,
          classCounts,
          classWeights: classWeights(classCounts.train),
          text: options.text,
          stopWords,
        } satisfies Split;
      }),
    );
  });
};
