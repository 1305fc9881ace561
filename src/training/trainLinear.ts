import { concat, concatMap, defer, EMPTY, from, map, type Observable, of, switchMap, tap } from 'rxjs';
import type { BatchSource } from '../contracts/training/BatchSource.js';
import type { TrainingEvent } from '../contracts/training/TrainingEvent.js';
import { linearConfig, type LinearConfig } from '../models/linear/LinearConfig.js';
import { linearClassifier } from '../models/linear/linearClassifier.js';
import { batchSource } from '../operators/batches/batchSource.js';
import type { Split } from '../operators/rows/prepare.js';
import { preprocess } from '../operators/rows/preprocess.js';
import { rowsOf } from '../operators/rows/rowsOf.js';
import { fit } from '../operators/training/fit.js';
import { linearRate } from '../ops/optimizers/rateSchedules.js';
import { DocumentFrequencies } from '../text/features/DocumentFrequencies.js';
import { wideFeatures, type WideFeatures } from '../text/features/wideFeatures.js';
import { rowEncoder } from '../text/rowEncoder.js';
import type { WordVectors } from '../text/vectors/WordVectors.js';
import { isBetter, isBetterInBoth, measureCandidate } from './measureCandidate.js';
import type { CandidateMeasured, TrainedCandidate } from './ModelChosen.js';
import { checkpointsOf, KEEP_BYTES, type ModelTrainingOptions, weightsOfClasses } from './ModelTrainingOptions.js';

/** How a linear model is trained. */
export interface TrainLinearOptions extends ModelTrainingOptions {
  /**
   * The norms of the block of words and pairs that are tried, beside that of n-grams of characters, which is 1. Default 0.5
   * and 1.
   */
  readonly wordWeights?: readonly number[] | undefined;
  /**
   * The optimizers that are tried: all norms with the first one, and the best norm with the others. Default `sgd` and
   * `adagrad`, of many rows `sgd` alone.
   */
  readonly optimizers?: readonly LinearConfig['optimizer'][] | undefined;
  /** The epochs with `sgd`; `adagrad` makes half as many, but at least 4. Default: 3 to 20, more where there are few rows. */
  readonly epochs?: number | undefined;
  /** The rows in a batch; a linear model makes one step a row, whatever it is. Default 64. */
  readonly batchSize?: number | undefined;
  /** Word vectors that the batches are to have besides, for another model on the same rows. Default: none. */
  readonly vectors?: WordVectors | undefined;
}

/** A linear model that was trained. */
export interface LinearTrained {
  readonly type: 'linear-trained';
  readonly linear: TrainedCandidate;
}

/** Train rows above which one optimizer is enough: Adagrad takes twice the time of SGD. */
const MANY_ROWS = 200_000;

/** The epochs of SGD: few rows take more of them. */
const epochsFor = (rows: number): number => (rows < 2000 ? 20 : rows < 500_000 ? 5 : 3);

/** What the rate falls from, evenly to 0; with SGD a little higher where epochs are few. */
const rateOf = (optimizer: LinearConfig['optimizer'], epochs: number): number =>
  optimizer === 'adagrad' ? 0.3 : epochs < 10 ? 1.5 : 1;

/** The features that a setting reads, and the batches that have them. */
interface Read {
  readonly features: WideFeatures;
  readonly source: BatchSource;
}

/**
 * Trains a linear model on hashed features in a few settings, and keeps the one that is the best on the validation rows.
 *
 *     split:  s
 *     result: -e-e-e-(c)-e-e-e-(c)-…-(L|)     e training events, c a candidate measured, L the linear model
 *
 * A second norm takes the place of the first where its F1 is better. A second optimizer must have a lower loss besides: by
 * F1 alone, small validation sides choose by chance.
 *
 * Cold. Holds the encoded rows where `keepBytes` lets it, and two models at a time. On unsubscribing, and on an error, all
 * models are given up.
 *
 * Errors: those of the rows, `batches` and `fit`.
 *
 * @param split what `prepare` gave; without validation rows the first setting alone is trained
 */
export const trainLinear = (
  split: Split,
  options: TrainLinearOptions = {},
): Observable<TrainingEvent | CandidateMeasured | LinearTrained> => {
  const { seed = split.seed, valve, vectors, batchSize, keepBytes = KEEP_BYTES, wordWeights = [0.5, 1] } = options;
  const { tokenizer, labelEncoder, rows, text, stopWords } = split;
  const { optimizers = rows.train > MANY_ROWS ? (['sgd'] as const) : (['sgd', 'adagrad'] as const) } = options;
  const classWeights = weightsOfClasses(options.classWeights ?? 'none', split.classCounts.train);
  const [first = 'sgd', ...others] = optimizers;
  const searches = rows.validation > 0;
  const most = options.epochs ?? epochsFor(rows.train);

  return defer(() => {
    let best: TrainedCandidate | undefined;

    const train = (
      { features, source }: Read,
      optimizer: LinearConfig['optimizer'],
      replaces: (a: CandidateMeasured, b: CandidateMeasured) => boolean,
    ): Observable<TrainingEvent | CandidateMeasured> =>
      defer(() => {
        const name = `linear, words ${features.wordWeight}, ${optimizer}`;
        const config = linearConfig({ classes: labelEncoder.size, columns: features.columns, optimizer });
        const model = linearClassifier(config, { trainRows: rows.train, seed, classWeights, name });
        const epochs = optimizer === 'sgd' ? most : Math.min(most, Math.max(4, Math.ceil(most / 2)));
        return concat(
          of(source).pipe(
            fit(model, {
              ...checkpointsOf(name, options),
              epochs,
              learningRate: rateOf(optimizer, epochs),
              schedule: linearRate(),
              keep: 'last',
              steps: [],
            }),
          ),
          measureCandidate(name, model, source, labelEncoder.classes).pipe(
            tap((measured) => {
              if (best === undefined || replaces(measured, best.measured))
                best = { measured, model, trainedAs: name, features, vectors: undefined, source };
            }),
          ),
        );
      });

    const read = (frequencies: DocumentFrequencies, wordWeight: number): Read => {
      const features = wideFeatures(frequencies, { wordWeight });
      const encoder = rowEncoder({ tokenizer, features, vectors });
      return { features, source: batchSource(split, { encoder, valve, keepBytes, batchSize }) };
    };

    return rowsOf(split, 'train').pipe(
      preprocess({ text, stopWords }),
      map((row) => row.text),
      // Features of the words as they are written come besides those in lower case: worth 0.01 of F1 on average.
      DocumentFrequencies.fit({ cased: true }),
      switchMap((frequencies) =>
        concat(
          from(searches ? wordWeights : wordWeights.slice(0, 1)).pipe(
            concatMap((wordWeight) => train(read(frequencies, wordWeight), first, isBetter)),
          ),
          from(searches ? others : []).pipe(
            concatMap((optimizer) =>
              best?.features === undefined
                ? EMPTY
                : train({ features: best.features, source: best.source }, optimizer, isBetterInBoth),
            ),
          ),
          defer(() => (best === undefined ? EMPTY : of({ type: 'linear-trained', linear: best } as const))),
        ),
      ),
    );
  });
};
