import { checkTypes } from '../contracts/checkOption.js';
import { checkSplit } from '../operators/rows/checkSplit.js';
import { concat, concatMap, defer, EMPTY, from, map, type Observable, of, switchMap, tap } from 'rxjs';
import type { TrainingEvent } from '../contracts/training/TrainingEvent.js';
import { linearConfig, type LinearConfig } from '../models/linear/LinearConfig.js';
import { type LinearClassifier, linearClassifier } from '../models/linear/linearClassifier.js';
import { mixLinear } from '../models/linear/mixLinear.js';
import type { Split } from '../operators/rows/prepare.js';
import { kindAt, UNSPACED } from '../text/unicode/characterKinds.js';
import { tellingDiverged } from './DivergedModel.js';
import { measureCandidate, PERFECT } from './measureCandidate.js';
import type { CandidateMeasured, LinearPart, TrainedCandidate, TrainedParts } from './ModelChosen.js';
import { fitLinear } from './fitParts.js';
import { checkTraining, type ModelTrainingOptions, weightsOfClasses } from './ModelTrainingOptions.js';
import { type ReadRows, readWords, type ReadWordsOptions } from './readWords.js';

/** The options of `trainLinear`. */
export interface TrainLinearOptions extends ModelTrainingOptions, Pick<ReadWordsOptions, 'vectors' | 'batchSize'> {
  /**
   * The candidate norms of the block of words and pairs. The norm of the block of character n-grams is 1. Default 0.5
   * and 1. Where 0.5 is better, 0.25 and 0.125 follow as long as the loss falls, with at most 200,000 train rows.
   */
  readonly wordWeights?: readonly number[] | undefined;
  /**
   * The candidate optimizers. All norms are tried with the first one, and the best norm with the others. Default `sgd`
   * alone with fewer than 2,000 or more than 200,000 train rows, otherwise `sgd` and `adagrad`.
   */
  readonly optimizers?: readonly LinearConfig['optimizer'][] | undefined;
  /**
   * The candidate values of `inverseRegularization` with `sgd`: all norms are tried with the first one, and the best
   * norm with the others. Default 30, and with fewer than 2,000 train rows 300, too. Where the model with the default
   * is overconfident on the validation rows, 3, 1 and 0.3 follow as long as the loss falls. Where it is underconfident
   * and has 2,000 to 50,000 train rows, ten times the value and twice the epochs follow, at most twice, unless `epochs`
   * is given.
   */
  readonly inverseRegularizations?: readonly number[] | undefined;
  /** The epochs with `sgd`; `adagrad` runs half as many, but at least 4. Default: 3 to 20, more with fewer rows. */
  readonly epochs?: number | undefined;
}

/** A linear model was trained. */
export interface LinearTrained {
  readonly type: 'linear-trained';
  readonly linear: TrainedCandidate;
}

/**
 * The number of train rows above which fewer settings are tried: one optimizer, because Adagrad takes twice the time of
 * SGD, and no further norms.
 */
const MANY_ROWS = 200_000;
/** The number of train rows below which Adagrad is worse than SGD on most tables, by 0.02 of F1. */
const FEW_ROWS = 2000;

/** The default norms of the block of words and pairs. */
const WORD_WEIGHTS = [0.5, 1];
/**
 * Smaller norms, which are tried one after another as long as the loss falls. They help where words are seldom
 * repeated, as in short texts of languages that add endings to words.
 */
const LIGHTER = [0.25, 0.125];

/** The default optimizers. */
const optimizersFor = (rows: number): readonly LinearConfig['optimizer'][] =>
  rows < FEW_ROWS || rows > MANY_ROWS ? ['sgd'] : ['sgd', 'adagrad'];

/** The default strengths of the penalty. With few rows, a weaker penalty may be better. */
const strengthsFor = (rows: number): readonly number[] => (rows < FEW_ROWS ? [30, 300] : [30]);

/** Stronger penalties, which are tried one after another as long as the loss falls. */
const STRONGER = [3, 1, 0.3];
/** A model with a higher temperature is so overconfident that a stronger penalty may be better. */
const OVERCONFIDENT = 1.5;

/**
 * A model with a lower temperature has not learnt enough from its rows. This happens with many classes, of which each
 * has few rows, and where texts say their class clearly.
 */
const UNDERCONFIDENT = 0.85;
/** How many times such a model is trained for twice the epochs with a tenth of the penalty. */
const LONGER = 2;
/** The number of train rows above which no training is repeated for more epochs. */
const LONG_ROWS = 50_000;

/**
 * The share of the vocabulary that scripts without spaces must have before their runs are tried. Where each of their
 * characters is a token, the n-grams of runs improve F1 by 0.02 with thousands of rows, and reduce it with hundreds.
 */
const ENOUGH_UNSPACED = 0.1;

/** Whether features of runs may be better: tokens of scripts without spaces are not rare. */
const mayHaveRuns = ({ tokenizer, text }: Split): boolean => {
  const { tokens, charLevel } = tokenizer;
  if (charLevel || text?.unspaced === 'words') return false;
  const unspaced = tokens.reduce((sum, token) => sum + (kindAt(token, 0) === UNSPACED ? 1 : 0), 0);
  return unspaced >= ENOUGH_UNSPACED * tokens.length;
};

/** The default epochs of SGD: fewer rows need more epochs. */
const epochsFor = (rows: number): number => (rows < FEW_ROWS ? 20 : rows < 500_000 ? 5 : 3);

const partsOf = (linear: readonly LinearPart[]): TrainedParts => ({ linear });

/** A candidate with a linear model, which always has features. */
type LinearCandidate = TrainedCandidate & ReadRows & { readonly model: LinearClassifier };

/**
 * Trains a linear model on hashed features with several settings, and keeps the best one on the validation rows.
 *
 * ```marbles drawn
 * split:   s
 *          trainLinear(split)
 * result:  -e-e-c-e-e-c-(L|)      e: training events;  c: a candidate measured;  L: the linear model
 * ```
 *
 * The best model is the one with the lowest loss, because F1 on few validation rows is mostly chance. All norms are
 * tried with the first optimizer, and smaller ones if the smallest is the best. The best norm is then tried with the
 * n-grams of runs, where the texts have scripts without spaces between words; with other penalties; and with the other
 * optimizers. Finally the mean of the best models of all optimizers is measured, which is also a linear model.
 *
 * Cold. Memory: twice `keepBytes` of encoded rows (those of the best setting, and of the one that is tried), and one
 * model more than there are optimizers. On unsubscribing and on an error, all models are disposed of.
 *
 * Errors: those of the rows, `batches` and `fit`.
 *
 * @param split the split from `prepare`; without validation rows, only the first setting is trained
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, switchMap, tap } from 'rxjs';
 * import { prepare, trainLinear } from 'headwater';
 *
 * const rows = Array.from({ length: 200 }, (_, id) =>
 *   id % 2 === 0
 *     ? { id, title: `The team wins match ${id % 7}a`, category: 'Sports' }
 *     : { id, title: `The minister visits town ${id % 7}b`, category: 'World' },
 * );
 * const event$ = prepare(from(rows)).pipe(
 *   switchMap((split) => trainLinear(split, { epochs: 3 })),
 *   tap((event) => {
 *     if (event.type === 'candidate') console.log(event.candidate, event.f1);
 *   }),
 * );
 * const trained = await lastValueFrom(event$);
 * if (trained.type === 'linear-trained') {
 *   console.log(trained.linear.model.config);
 *   trained.linear.model.dispose();
 * }
 * ```
 */
export const trainLinear = (
  split: Split,
  options: TrainLinearOptions = {},
): Observable<TrainingEvent | CandidateMeasured | LinearTrained> => {
  checkSplit('trainLinear', split);
  checkTraining('trainLinear', options);
  checkTypes('trainLinear', options, { epochs: 'number' });

  const { seed = split.seed, wordWeights = WORD_WEIGHTS } = options;
  const { labelEncoder, rows } = split;
  const { optimizers = optimizersFor(rows.train) } = options;
  const { inverseRegularizations = strengthsFor(rows.train) } = options;
  const classWeights = weightsOfClasses(options.classWeights ?? 'none', split.classCounts.train);
  const [first = 'sgd', ...others] = optimizers;
  const searches = rows.validation > 0;
  // Only the first value is used without validation rows, and with an optimizer without a penalty.
  const [strength, ...strengths] =
    searches && first === 'sgd' ? inverseRegularizations : inverseRegularizations.slice(0, 1);
  const lighter = searches && options.wordWeights === undefined && rows.train <= MANY_ROWS ? LIGHTER : [];
  const adapts = searches && first === 'sgd' && options.inverseRegularizations === undefined;
  const stronger = adapts ? STRONGER : [];
  // With few train rows the epochs are enough: more of them reduced the loss by 0.003, and did not change F1.
  const mayLast = options.epochs === undefined && rows.train >= FEW_ROWS && rows.train <= LONG_ROWS;
  const longer = adapts && mayLast ? LONGER : 0;
  const most = options.epochs ?? epochsFor(rows.train);
  const settings = { trainRows: rows.train, seed, classWeights };

  return defer(() => {
    let best: LinearCandidate | undefined;
    /** The best model of each optimizer. All use the features of the first optimizer's best model. */
    const byOptimizer: LinearCandidate[] = [];

    const measure = (name: string, trained: Omit<LinearCandidate, 'measured'>): Observable<LinearCandidate> =>
      measureCandidate(name, trained.model, trained.source, labelEncoder.classes).pipe(
        map((measured) => ({ ...trained, measured })),
        tap((candidate) => {
          if (best === undefined || candidate.measured.loss < best.measured.loss) best = candidate;
        }),
      );

    const train = (
      { features, source }: ReadRows,
      optimizer: LinearConfig['optimizer'],
      inverseRegularization: number | undefined,
      {
        epochs = optimizer === 'sgd' ? most : Math.min(most, Math.max(4, Math.ceil(most / 2))),
        told = () => undefined,
      }: { readonly epochs?: number; readonly told?: (candidate: LinearCandidate) => void } = {},
    ): Observable<TrainingEvent | CandidateMeasured> =>
      defer(() => {
        const isNamed = strengths.length > 0 || inverseRegularization !== strength;
        const held = optimizer === 'sgd' && isNamed ? `, C ${inverseRegularization}` : '';
        const long = epochs > most ? `, ${epochs} epochs` : '';
        const runs = features.frequencies.settings.runs ? ', runs' : '';
        const name = `linear, words ${features.wordWeight}${runs}, ${optimizer}${held}${long}`;
        const { size: classes } = labelEncoder;
        const config = linearConfig({ classes, columns: features.columns, optimizer, inverseRegularization });
        const model = linearClassifier(config, { ...settings, name });
        return concat(
          fitLinear(model, source, epochs, options),
          measure(name, {
            model,
            trainedAs: name,
            features,
            vectors: undefined,
            source,
            parts: partsOf([{ config, epochs, share: 1 }]),
          }).pipe(
            tap(told),
            map(({ measured }) => measured),
          ),
        ).pipe(
          tellingDiverged(options.diverged, () => ({
            name,
            config,
            weights: model.stateDict(),
            features,
            vectors: undefined,
          })),
        );
      });

    /** The mean of the models of all optimizers, each divided by its own temperature. */
    const mix = (): Observable<CandidateMeasured> => {
      const [one, ...more] = byOptimizer;
      if (one === undefined || more.length === 0) return EMPTY;
      const parts = byOptimizer.map(({ model, measured }) => ({
        model,
        share: 1 / (byOptimizer.length * measured.temperature),
      }));
      const name = [one.measured.candidate, ...more.map(({ model }) => model.config.optimizer)].join(' + ');
      // The parts as they are trained again later. Each share includes the temperature.
      const mixed = byOptimizer.flatMap(({ parts: { linear } }, i) =>
        linear.map((part) => ({ ...part, share: parts[i]!.share })),
      );
      return measure(name, { ...one, model: mixLinear(parts, { ...settings, name }), parts: partsOf(mixed) }).pipe(
        map(({ measured }) => measured),
      );
    };

    /**
     * Trains further models one after another, as long as each is better than the best one before it.
     *
     * @param nextOf the training after this number of them; undefined if there is none
     */
    const whileBetter = (
      nextOf: (before: LinearCandidate, tried: number) => Observable<TrainingEvent | CandidateMeasured> | undefined,
      tried = 0,
    ): Observable<TrainingEvent | CandidateMeasured> =>
      defer(() => {
        const before = best;
        const next$ = before && nextOf(before, tried);
        if (next$ === undefined) return EMPTY;
        return concat(
          next$,
          defer(() => (best === before ? EMPTY : whileBetter(nextOf, tried + 1))),
        );
      });

    /** The features of runs, with the best norm. */
    const withRuns = (): Observable<TrainingEvent | CandidateMeasured> => {
      const wordWeight = best?.features.wordWeight;
      if (wordWeight === undefined || !searches || !mayHaveRuns(split)) return EMPTY;
      return readWords(split, { ...options, runs: true }).pipe(
        switchMap((read) => train(read(wordWeight), first, strength)),
      );
    };

    /** The features of the best model with other strengths of the penalty. */
    const withStrength = (other: number): Observable<TrainingEvent | CandidateMeasured> =>
      best === undefined ? EMPTY : train(best, first, other);

    /** The features of the best model with a stronger penalty. */
    const withStronger$ = whileBetter((before, tried) => {
      const next = stronger[tried];
      return next === undefined || before.measured.temperature < OVERCONFIDENT ? undefined : train(before, first, next);
    });

    /** Smaller norms than those tried so far, if the smallest of them was the best. */
    const withLighter = (read: (wordWeight: number) => ReadRows): Observable<TrainingEvent | CandidateMeasured> =>
      whileBetter(({ measured, features }, tried) => {
        const next = lighter[tried];
        if (next === undefined || measured.f1 >= PERFECT) return undefined;
        return features.wordWeight > Math.min(...wordWeights) ? undefined : train(read(next), first, strength);
      });

    /** The features of the best model with a weaker penalty and more epochs. */
    const withLonger$ = whileBetter((before, tried) => {
      const [part] = before.parts.linear;
      const { temperature, f1 } = before.measured;
      if (tried === longer || part === undefined || temperature > UNDERCONFIDENT || f1 >= PERFECT) return undefined;
      return train(before, first, 10 * part.config.inverseRegularization, { epochs: 2 * part.epochs });
    });

    return readWords(split, options).pipe(
      switchMap((read) =>
        concat(
          from(searches ? wordWeights : wordWeights.slice(0, 1)).pipe(
            concatMap((wordWeight) => train(read(wordWeight), first, strength)),
          ),
          withLighter(read),
          defer(withRuns),
          from(strengths).pipe(concatMap(withStrength)),
          withStronger$,
          withLonger$,
          defer(() => {
            if (best !== undefined) byOptimizer.push(best);
            return EMPTY;
          }),
          from(searches ? others : []).pipe(
            concatMap((optimizer) => {
              const [chosen] = byOptimizer;
              if (chosen === undefined) return EMPTY;
              return train(chosen, optimizer, undefined, { told: (candidate) => byOptimizer.push(candidate) });
            }),
          ),
          defer(mix),
          defer(() => (best === undefined ? EMPTY : of({ type: 'linear-trained', linear: best } as const))),
        ),
      ),
    );
  });
};
