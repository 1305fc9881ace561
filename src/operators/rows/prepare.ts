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
import type { SideCounts } from '../../contracts/training/SideCounts.js';
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
import { checkOptions, checkTime, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import type { SliceOptions } from '../flow/emitInSlices.js';
import { shuffle } from './shuffle.js';
import { trace } from '../flow/trace.js';
import { checkShares } from './stratifiedSplit.js';
import type { Shares, StratifiedSplitOptions } from './StratifiedSplitOptions.js';

/** How rows are divided, and how vocabulary and classes are learnt from the train rows before training. */
export interface PrepareOptions extends SliceOptions {
  /**
   * Any whole number. It decides the sides here, and later the order of the train rows. Default 1234, as in the lesson.
   */
  readonly seed?: number | undefined;
  /** The share of each side, for rows that have no `side` yet. Default 0.7, 0.15 and 0.15, as in the lesson. */
  readonly shares?: Shares | undefined;
  /** The number of rows that the shuffle before the split holds. Default 50,000. */
  readonly buffer?: number | undefined;
  /** Whether tokens are characters instead of words. Used only without `text`. Default false. */
  readonly charLevel?: boolean | undefined;
  /** The most tokens in the vocabulary, including padding and unknown. Default 5000, as in the lesson. */
  readonly numTokens?: number | undefined;
  /** How often a token must occur in the train rows to be in the vocabulary. Default 1. */
  readonly minTokenFrequency?: number | undefined;
  /** The steps from a title to its tokens. Default: those of the lesson. */
  readonly text?: TextSteps | undefined;
  /**
   * The order of the classes: `code-point` as in the lesson, `number` for numbers in numeric order before all other
   * names, or a list of classes that come first. Default `number`, or `code-point` with the lesson's text steps.
   */
  readonly classOrder?: ClassOrder | undefined;
  /** The words to leave out of the titles. Used only without `text`. Default `STOP_WORDS`. */
  readonly stopWords?: readonly string[] | undefined;
  /** The largest share of titles that may have no token left, from 0 to 1. Default 0.2. */
  readonly maxWithoutText?: number | undefined;
  /**
   * Receives the rows whose class has no train row. Default: none. Then one such row ends the stream with `HW_LABEL`.
   */
  readonly rejections?: DeadLetter | undefined;
  /** The place of a row of the first pass, such as `line 7`, for messages. Default: its id. */
  readonly placeOf?: ((id: number) => string | undefined) | undefined;
  /**
   * The path or address that the rows come from, for these rejections. Default: an empty string, which means not known.
   */
  readonly source?: string | undefined;
}

/** Rows whose titles have no text left after preprocessing. */
export interface RowsWithoutText {
  readonly rows: number;
  /** The row with the smallest id among them. */
  readonly first: Row | undefined;
  /** Whether the row with this id is on no side for this reason. */
  readonly has: (id: number) => boolean;
}

/** Rows with the same text but different classes. */
export interface MixedTexts {
  /** The number of rows whose class is not that of the first row with their text. */
  readonly rows: number;
  /** The first such row, and the class of the first row with its text. */
  readonly first: { readonly row: Row; readonly other: string } | undefined;
}

/**
 * Rows divided for the whole run, and what was learnt from the train rows: everything that `batches` needs. Immutable.
 */
export interface Split {
  /** The rows. Cold: they are read again for every side and epoch. */
  readonly rows$: Observable<Row>;
  /** The seed that decided the sides. */
  readonly seed: number;
  /** The number of rows on each side. */
  readonly rows: SideCounts;
  /** The side of a row by its id. Undefined for a row that was left out, and for a row that was never read. */
  readonly sideOf: (id: number) => Side | undefined;
  /** The ids of the rows that are on no side, because their class has no train row. */
  readonly leftOut: ReadonlySet<number>;
  /**
   * The rows whose titles have no token left. They are on no side, except with the lesson's preprocessor, which keeps
   * them. Undefined if this was not checked.
   */
  readonly withoutText?: RowsWithoutText | undefined;
  /** The rows whose text also occurs with another class, compared with the first row of that text. */
  readonly mixed?: MixedTexts | undefined;
  /**
   * For each of these sides, the number of its texts that a train row has too. Undefined unless rows had a `side` of
   * their own.
   */
  readonly shared?: Readonly<Record<'validation' | 'test', number>> | undefined;
  /**
   * The number of titles that were longer than `text.maxLength` tokens. Only their first `text.maxLength` tokens are
   * read.
   */
  readonly cut?: number | undefined;
  /** The vocabulary of the train rows. */
  readonly tokenizer: Tokenizer;
  /** The classes of the train rows. */
  readonly labelEncoder: LabelEncoder;
  /** The number of rows of each class on each side, by class index, shape [C], int32. */
  readonly classCounts: Readonly<Record<Side, Int32Array>>;
  /** 1 / the number of train rows of each class, by class index, shape [C], float32. */
  readonly classWeights: Float32Array;
  /** The steps from a title to its tokens. Undefined for the lesson's steps with `stopWords`. */
  readonly text?: TextSteps | undefined;
  /** The words that are left out of the titles if `text` is undefined. Undefined for `STOP_WORDS`. */
  readonly stopWords: readonly string[] | undefined;
}

const SHARES: Shares = { train: 0.7, validation: 0.15, test: 0.15 };

/** Throws if nothing can be learnt from the rows, and leaves out the rows of classes that have no train row. */
const settle = (
  counts: SplitCounts,
  { rejections, source = '', maxWithoutText = 0.2, placeOf }: PrepareOptions,
): void => {
  const { rows } = counts;
  const place = (id: number): string => placeOf?.(id) ?? `row ${id}`;
  if (rows.train + rows.validation + rows.test === 0) {
    throw new HeadwaterError(
      'HW_EMPTY',
      'There are no rows to prepare. Check that the source has rows below ' +
        'its header, and that they are not all rejected or left out.',
    );
  }
  if (rows.train === 0) {
    throw new HeadwaterError(
      'HW_EMPTY',
      `None of the ${rows.validation + rows.test} rows is on the train ` +
        'side. Raise the share of the train side (--shares).',
    );
  }
  const unlearnt = [...counts.classes].filter(([, { rows: ofClass }]) => ofClass.train === 0);
  for (const [category, { withoutTrain }] of unlearnt) {
    if (rejections === undefined) {
      throw new HeadwaterError(
        'HW_LABEL',
        `The class ${JSON.stringify(excerpt(category))} has no row on the train side, ` +
          `so it cannot be learnt; rows of it elsewhere: ${withoutTrain.length}, row ` +
          `${withoutTrain[0] ?? 0} among them. Correct their class, add rows of it, ` +
          'raise the share of the train side, or give prepare somewhere to send rejections to.',
      );
    }
    counts.leaveOut(category, rejections, source);
  }
  if (counts.classes.size === 1) {
    const only = listNames([...counts.classes.keys()]);
    throw new HeadwaterError(
      'HW_EMPTY',
      `All rows that can be learnt from have one class, ${only}: there is nothing to tell apart. ` +
        'Check the column that the class is read from, or add rows of another class.',
    );
  }
  const { rows: withoutText, first } = counts.withoutText;
  const all = counts.read;
  if (first !== undefined && withoutText > maxWithoutText * all && (counts.hasText || counts.dropsEmpty))
    throw new HeadwaterError(
      'HW_EMPTY',
      `${withoutText.toLocaleString('en')} of ${all.toLocaleString('en')} titles have no word ` +
        `left, the first in ${place(first.id)}: ${JSON.stringify(excerpt(first.title))}. ` +
        (counts.dropsEmpty
          ? 'Check the column that the title is read from, and the stop words, '
          : 'The preprocessor of the lesson keeps only ASCII letters and digits: use unicode (--text unicode), ') +
        'or allow more (maxWithoutText, --max-without-text).',
    );
  if (!counts.hasText) {
    throw new HeadwaterError(
      'HW_EMPTY',
      'No title of a train row has a word left after preprocessing, which keeps ASCII letters and ' +
        'digits and leaves out stop words. Check the column that the title is read from.',
    );
  }
};

/** The number of rows by class index, shape [C], int32. */
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

/** The types of options of `prepare`, for `checkTypes`. */
export const PREPARE_TYPES = {
  charLevel: 'boolean',
  numTokens: 'number',
  minTokenFrequency: 'number',
  maxWithoutText: 'number',
  source: 'string',
} as const;

/**
 * Reads all rows once, decides the side of each row for the whole run, and learns the vocabulary, the classes and the
 * class weights from the train rows alone.
 *
 * ```marbles
 * rows$:  -r-s-r-s-r-|      r, s: rows of two classes
 *         prepare(rows$)
 * result: -----------(p|)   p: a Split
 * ```
 *
 * The rows are shuffled by the seed, preprocessed, and divided by `stratifiedSplit`: the shares hold within each class,
 * and all rows with the same preprocessed text are on one side. So no title of the test side is also on the train side.
 * The sides depend only on the rows and the seed. Each side is remembered by the row's id, which must be its ordinal in
 * the source and the same at every reading. A row that has a `side` stays on it, and does not affect how the other rows
 * are divided.
 *
 * Nothing is learnt from the validation and test sides. A class may have rows on those sides alone, for example if its
 * only title repeats another row's. Nothing can be learnt about such a class, so its rows go to `rejections` and are on
 * no side. Their rejections have no line and no byte, because these are not known here. Without `rejections` it is an
 * error.
 *
 * Holds at most `buffer` rows for the shuffle, and none after it has emitted; 1 to 2 bytes per row for its side; 18 to
 * 37 bytes for each of the first 500,000 different texts (the side of later texts follows from their hash); about 60
 * bytes for each different token of the train rows, as `Tokenizer.fit`. The end of the shuffle obeys the `valve` and
 * yields to the event loop.
 *
 * Errors: `HW_EMPTY` when there are no rows, no train rows, train rows of one class only, or no word left in any of
 * them; `HW_LABEL` when a class has no train row and there are no `rejections`; `HW_USAGE` when an id is not an ordinal
 * or two rows have the same id; any error that the source sends or `rejections` throws.
 *
 * @param rows$ the rows: cold, the same rows in the same order at every subscription. This operator subscribes once,
 *   and `batches` once for every side and epoch
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { prepare, type Row } from 'headwater';
 * const titles = [
 *   'Goalkeeper saves two',
 *   'Storm closes harbour',
 *   'Coach resigns',
 *   'Talks resume',
 *   'Relay team wins',
 *   'Border opens',
 * ];
 * const rows: Row[] = titles.map((title, id) => ({ id, title, category: id % 2 === 0 ? 'Sports' : 'World' }));
 * const split = await lastValueFrom(
 *   prepare(from(rows), { seed: 1, shares: { train: 0.5, validation: 0.25, test: 0.25 } }),
 * );
 * console.log(split.rows, split.labelEncoder.classes); // how many rows are on each side; ['Sports', 'World']
 * ```
 * @see {@link batches} to read the batches of a split, {@link batchSource} to train on it
 */
export const prepare = (rows$: Observable<Row>, options: PrepareOptions = {}): Observable<Split> => {
  checkOptions('prepare', options, 'rows$, { seed: 1 }');
  const { seed = 1234, shares = SHARES, buffer = 50_000, stopWords, valve, yieldAfter = 25, scheduler } = options;
  checkShares('prepare', shares);
  checkTypes('prepare', options, PREPARE_TYPES);
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
    // The rows are checked before the vocabulary is fitted, so that a problem with the rows gives the clearer messages
    // of `settle`.
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
