import {
  batchSource,
  classifier,
  classifierConfig,
  confusionMatrix,
  decode,
  earlyStopping,
  evaluate,
  fetchCsv,
  fit,
  headlineRow,
  metrics,
  prepare,
  reduceLrOnPlateau,
  rowsOf,
  scores,
  type Side,
  type Split,
  type TrainingEnded,
  valve,
} from 'headwater';
import { defer, filter, finalize, forkJoin, map, type Observable, of, switchMap, toArray } from 'rxjs';
import { fitLinearBaseline } from './linearBaseline.js';

/** What is trained, and on what. */
export interface AccuracyOptions {
  /** A CSV file with the columns title and category: a path or a URL. */
  readonly data: string;
  /** Decides the split, the order of batches, the first weights and dropout. */
  readonly seed: number;
  /** The most epochs. */
  readonly epochs: number;
  /** The name of the tfjs backend that computes. */
  readonly backend: string;
}

/**
 * How well the recurrent model and the linear one did on the same test rows, having learnt from the same train rows.
 */
export interface Accuracy {
  readonly seed: number;
  readonly trainRows: number;
  readonly testRows: number;
  /** The lesson's GRU: weighted F1 on the test rows, the epoch of its weights, and how long it was trained for. */
  readonly gru: {
    readonly f1: number;
    readonly accuracy: number;
    readonly bestEpoch: number;
    readonly seconds: number;
  };
  /** Multinomial logistic regression on TF-IDF words: weighted F1 on the test rows. */
  readonly linear: { readonly f1: number; readonly seconds: number };
}

const LEARNING_RATE = 1e-3;

const secondsSince = (begun: number): number => (performance.now() - begun) / 1000;

/** The titles of a side as they were written, and their class indices. */
const labelled = (split: Split, side: Side) =>
  rowsOf(split, side).pipe(
    toArray(),
    map((rows) => ({
      texts: rows.map(({ title }) => title),
      labels: rows.map(({ category }) => split.labelEncoder.indexOf(category) ?? -1),
    })),
  );

const linearAccuracy = (split: Split): Observable<Accuracy['linear']> =>
  forkJoin({ train: labelled(split, 'train'), test: labelled(split, 'test') }).pipe(
    map(({ train, test }) => {
      const begun = performance.now();
      const { classes, size } = split.labelEncoder;
      const predict = fitLinearBaseline(train.texts, train.labels, size);
      const { f1 } = scores(confusionMatrix(test.labels, test.texts.map(predict), size), classes).overall;
      return { f1, seconds: secondsSince(begun) };
    }),
  );

/**
 * Trains the lesson's GRU (its sizes and its patience, learning rate 1e-3) by the library's own pipeline, and the
 * linear baseline on the same train rows, and measures both on the same test rows.
 *
 * @returns emits once
 */
export const accuracyOf = ({ data, seed, epochs, backend }: AccuracyOptions): Observable<Accuracy> =>
  defer(() => {
    const brake = valve();
    return prepare(fetchCsv(data, { columns: ['title', 'category'], valve: brake }).pipe(decode(headlineRow)), {
      seed,
      valve: brake,
    }).pipe(
      switchMap((split) => {
        const { tokenizer, labelEncoder, classWeights, rows } = split;
        const model = classifier(
          classifierConfig({
            cell: 'gru',
            vocabularySize: tokenizer.size,
            classes: labelEncoder.size,
            padIndex: tokenizer.padIndex,
          }),
          { seed, classWeights, backend },
        );
        const source = batchSource(split, { valve: brake });
        const begun = performance.now();
        const trained$ = of(source).pipe(
          fit(model, { epochs, learningRate: LEARNING_RATE, steps: [reduceLrOnPlateau(), earlyStopping()] }),
          filter((event): event is TrainingEnded => event.type === 'training-ended'),
          map(({ bestEpoch }) => ({ bestEpoch, seconds: secondsSince(begun) })),
        );
        const gru$ = trained$.pipe(
          switchMap((trained) =>
            source.batches('test', 1).pipe(
              evaluate(model),
              metrics(labelEncoder.classes),
              map(({ performance: { overall }, accuracy }) => ({ f1: overall.f1, accuracy, ...trained })),
            ),
          ),
        );
        return gru$.pipe(
          switchMap((gru) =>
            linearAccuracy(split).pipe(
              map((linear) => ({ seed, trainRows: rows.train, testRows: rows.test, gru, linear })),
            ),
          ),
          finalize(() => model.dispose()),
        );
      }),
    );
  });
