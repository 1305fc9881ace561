import {
  batchSource,
  classifier,
  classifierConfig,
  decode,
  earlyStopping,
  fetchCsv,
  fit,
  headlineRow,
  prepare,
  random,
  reduceLrOnPlateau,
  rowsOf,
  type Row,
  type Split,
  type StateDict,
  type ClassifierConfig,
  textPreprocessor,
} from 'headwater';
import { firstValueFrom, from, lastValueFrom, of, toArray } from 'rxjs';
import { inventedWord } from './inventedWord.js';

/**
 * A model trained on the first part of the headlines. The rest is a stream in which some classes change their words
 * half-way.
 */
export interface ChangingNews {
  readonly seed: number;
  readonly split: Split;
  readonly config: ClassifierConfig;
  readonly weights: StateDict;
  /** The train rows of the model. */
  readonly past: readonly Row[];
  /** Rows of the first part that the model never saw, with the original words. */
  readonly heldOut: readonly Row[];
  /** The stream, and the row at which the words change. */
  readonly stream: readonly Row[];
  readonly changeAt: number;
}

/** Fisher and Yates's shuffle, seeded. */
const shuffled = <T>(values: readonly T[], seed: number): readonly T[] => {
  const dice = random(seed, 'sample');
  const all = [...values];
  for (let i = all.length - 1; i > 0; i--) {
    const j = dice.below(i + 1);
    [all[i], all[j]] = [all[j]!, all[i]!];
  }
  return all;
};

/** The options of the training and of the stream. */
export interface ChangingNewsOptions {
  /** A CSV file with the columns title and category. */
  readonly data: string;
  /** The seed of the order of the rows, the split, the initial weights and the invented words. */
  readonly seed: number;
  /** The largest number of training epochs. */
  readonly epochs: number;
  /** The number of rows in the stream. */
  readonly streamed: number;
}

/**
 * Reads the headlines in a seeded order, trains the lesson's GRU on the first ones, and keeps the others for the
 * stream.
 */
export const changingNews = async ({ data, seed, epochs, streamed }: ChangingNewsOptions): Promise<ChangingNews> => {
  const rows = await lastValueFrom(
    fetchCsv(data, { columns: ['title', 'category'] }).pipe(decode(headlineRow), toArray()),
  );
  const all = shuffled(rows, seed).map((row, id) => ({ ...row, id }));
  const first = all.slice(0, -streamed);
  const split = await firstValueFrom(
    prepare(from(first), { seed, shares: { train: 0.7, validation: 0.1, test: 0.2 } }),
  );
  const { tokenizer, labelEncoder, classWeights } = split;
  const model = classifier(
    classifierConfig({
      cell: 'gru',
      vocabularySize: tokenizer.size,
      classes: labelEncoder.size,
      padIndex: tokenizer.padIndex,
    }),
    { seed, classWeights },
  );
  await lastValueFrom(
    of(batchSource(split)).pipe(
      fit(model, { epochs, learningRate: 1e-3, steps: [reduceLrOnPlateau(), earlyStopping()] }),
    ),
  );
  const weights = model.stateDict();
  model.dispose();
  const side = (name: 'train' | 'test') => lastValueFrom(rowsOf(split, name).pipe(toArray()));
  return {
    seed,
    split,
    config: model.config,
    weights,
    past: await side('train'),
    heldOut: await side('test'),
    stream: all.slice(-streamed),
    changeAt: Math.floor(streamed / 2),
  };
};

const textOf = textPreprocessor();

/** The stream, in which every word of the named classes is replaced by an invented word from `changeAt` on. */
export const withChangedWords = (
  { stream, changeAt, seed }: ChangingNews,
  classes: readonly string[],
): readonly Row[] =>
  stream.map((row, at) =>
    at < changeAt || !classes.includes(row.category)
      ? row
      : {
          ...row,
          // Each class has its own invented words: a word that two classes share becomes two words.
          title: textOf(row.title)
            .split(' ')
            .filter((word) => word !== '')
            .map((word) => inventedWord(seed, `${row.category}/${word}`))
            .join(' '),
        },
  );
