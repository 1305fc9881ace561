import {
  adwin,
  classifier,
  type DriftDetected,
  growingVocabulary,
  type LearningEvent,
  type LearningVocabulary,
  type LiveHeadline,
  type ModelSlot,
  modelSlot,
  prequential,
  resizeVocabulary,
  type Row,
  type RowScored,
  runningScores,
  type RunningScores,
  type Vocabulary,
} from 'headwater';
import { bufferCount, from, lastValueFrom, toArray } from 'rxjs';
import type { ChangingNews } from './changingNews.js';
import { hashedVocabulary } from './hashedVocabulary.js';

/** One way to run a model over the stream. */
export interface Variant {
  readonly name: string;
  readonly learningRate: number;
  /** The rows of words that did not occur in training: all the unknown token's, each its own, or a bucket's by hash. */
  readonly words: 'none' | 'rows' | 'hashed';
  readonly replay: boolean;
  readonly spare?: number;
  readonly minTexts?: number;
  readonly batchSize?: number;
}

/** The share of correctly predicted rows: of all, of the classes whose words change, and of the others. */
export interface Hits {
  readonly all: number;
  readonly changed: number;
  readonly others: number;
}

/** The result of a variant. */
export interface Outcome {
  readonly variant: string;
  /** The last 1,000 rows before the change, the 500 rows after it, and the last 1,000 rows of the stream. */
  readonly before: Hits;
  readonly rightAfter: Hits;
  readonly later: Hits;
  /** After the stream, on rows with the original words that the model never saw. */
  readonly heldOut: Hits;
  /** The expected calibration error over the last 1,000 rows. */
  readonly ece: number;
  /** The number of rows between the change and each detection of drift; negative numbers are false alarms. */
  readonly drifts: readonly number[];
  readonly rolledBack: number;
  readonly newWords: number;
  readonly seconds: number;
}

const live = (rows: readonly Row[]): readonly LiveHeadline[] =>
  rows.map(({ id, title, category }) => ({
    id,
    title,
    category,
    source: 'news',
    guid: undefined,
    link: undefined,
    published: undefined,
    seen: 0,
  }));

const ofType =
  <T extends LearningEvent['type']>(type: T) =>
  (event: LearningEvent): event is Extract<LearningEvent, { readonly type: T }> =>
    event.type === type;

const hitsOf = (scored: readonly RowScored[], changed: readonly string[]): Hits => {
  const share = (rows: readonly RowScored[]): number => rows.filter(({ correct }) => correct).length / rows.length;
  return {
    all: share(scored),
    changed: share(scored.filter(({ category }) => changed.includes(category))),
    others: share(scored.filter(({ category }) => !changed.includes(category))),
  };
};

/**
 * Runs a model over a stream of labelled rows, and then over held-out rows with the original words, from which it does
 * not learn.
 */
export const learnFromStream = async (
  news: ChangingNews,
  stream: readonly Row[],
  changed: readonly string[],
  variant: Variant,
): Promise<Outcome> => {
  const { split, seed, changeAt } = news;
  const { tokenizer: words, labelEncoder, classWeights } = split;
  const { spare = 4000, minTexts = 2, batchSize = 32 } = variant;
  const tokenizer: Vocabulary | LearningVocabulary = {
    none: () => words,
    rows: () => growingVocabulary(words, { spare, minTexts }),
    hashed: () => hashedVocabulary(words, spare),
  }[variant.words]();
  const { config, weights } = resizeVocabulary(
    news,
    variant.words === 'none' ? words.size : words.size + spare,
    words.unknownIndex,
  );
  const model = classifier(config, { seed, weights, classWeights });
  const slot = modelSlot(model);
  const begun = performance.now();

  const run = (rows: readonly Row[], slot: ModelSlot, learningRate: number) =>
    lastValueFrom(
      from(live(rows)).pipe(
        bufferCount(batchSize),
        prequential({
          slot,
          tokenizer,
          labelEncoder,
          learningRate,
          batchSize,
          seed,
          drift: adwin(),
          ...(variant.replay ? { replay: { past: news.past } } : {}),
        }),
        toArray(),
      ),
    );

  const events = await run(stream, slot, variant.learningRate);
  const seconds = (performance.now() - begun) / 1000;
  const scored = events.filter(ofType('scored'));
  const old = (await run(news.heldOut, modelSlot(slot.current, { trialRows: Infinity }), 0)).filter(ofType('scored'));
  model.dispose();
  const last: RunningScores = await lastValueFrom(from(scored).pipe(runningScores(labelEncoder.classes)));
  const between = (start: number, end: number): Hits => hitsOf(scored.slice(start, end), changed);
  return {
    variant: variant.name,
    before: between(changeAt - 1000, changeAt),
    rightAfter: between(changeAt, changeAt + 500),
    later: between(stream.length - 1000, stream.length),
    heldOut: hitsOf(old, changed),
    ece: last.ece,
    drifts: events.filter(ofType('drift')).map(({ at }: DriftDetected) => at - changeAt),
    rolledBack: events.filter(ofType('rolled-back')).length,
    newWords: events.filter(ofType('learnt')).reduce((sum, { newTokens }) => sum + newTokens.length, 0),
    seconds,
  };
};
