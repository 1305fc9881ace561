import {
  type CandidateMeasured,
  evaluate,
  findVectors,
  metrics,
  type ModelChosen,
  preprocess,
  type Reliability,
  reliability,
  rowsOf,
  type Split,
  textSteps,
  trainModel,
  type TrainModelOptions,
  vectorCoverage,
  type WordVectors,
} from 'headwater';
import { connect, filter, forkJoin, lastValueFrom, map } from 'rxjs';
import { prepared, rowsWithSides, type Sides } from './sides.js';

/** The score of a model on test rows. */
export interface Score {
  /** The mean F1 of the classes, weighted by their test rows. */
  readonly f1: number;
  readonly accuracy: number;
  /** Processor time in seconds, from the rows to the trained model. */
  readonly seconds: number;
}

/** The score of a model of Headwater. */
export interface OurScore extends Score {
  /** The expected calibration error on the test rows, and the bins from which it is computed. */
  readonly ece: number;
  readonly bins: Reliability['bins'];
  /** The chosen model. */
  readonly kept: string;
  /** The F1 of the linear model on the same test rows. */
  readonly linear: number;
  /** The scores on the validation rows. */
  readonly candidates: readonly Pick<CandidateMeasured, 'candidate' | 'f1'>[];
}

/** The word vectors of `headwater setup vectors` or of a file; undefined with `none`, or where there are none. */
export const vectorsFrom = async (choice: string | undefined): Promise<WordVectors | undefined> =>
  (await lastValueFrom(findVectors(choice)))?.vectors;

/** The share of a split's tokens that word vectors cover. */
export const coverageOf = async (split: Split, vectors: WordVectors): Promise<number> => {
  const text = textSteps();
  const covered$ = rowsOf(split, 'train').pipe(
    preprocess({ text }),
    map((row) => row.text),
    vectorCoverage(vectors, split.tokenizer.charLevel),
  );
  return (await lastValueFrom(covered$)).share;
};

/** The processor time of this process so far, in seconds. */
export const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Measures a model on the test rows of its training batches' source. */
export const measureTest = (
  { model, source }: Pick<ModelChosen['kept'], 'model' | 'source'>,
  classes: readonly string[],
): Promise<{ readonly f1: number; readonly accuracy: number; readonly calibration: Reliability }> =>
  lastValueFrom(
    source.batches('test', 1).pipe(
      evaluate(model),
      connect((batch$) => forkJoin({ report: batch$.pipe(metrics(classes)), calibration: batch$.pipe(reliability()) })),
      map(({ report, calibration }) => ({
        f1: report.performance.overall.f1,
        accuracy: report.accuracy,
        calibration,
      })),
    ),
  );

/** Trains like `headwater train`, and measures the test rows. */
export const trainOurs = async (
  sides: Sides,
  options: Pick<TrainModelOptions, 'architecture' | 'vectors'> & { readonly seed: number },
): Promise<OurScore> => {
  const begun = processorSeconds();
  const split = await lastValueFrom(prepared(rowsWithSides(sides), options.seed));
  const coverage = options.vectors === undefined ? undefined : await coverageOf(split, options.vectors);
  const chosen = await lastValueFrom(
    trainModel(split, { ...options, coverage }).pipe(
      filter((event): event is ModelChosen => event.type === 'model-chosen'),
    ),
  );
  const seconds = processorSeconds() - begun;
  const { kept, linear, candidates } = chosen;
  try {
    const { classes } = split.labelEncoder;
    const { f1, accuracy, calibration } = await measureTest(kept, classes);
    return {
      f1,
      accuracy,
      seconds,
      ece: calibration.ece,
      bins: calibration.bins,
      kept: kept.measured.candidate,
      linear: kept === linear ? f1 : (await measureTest(linear, classes)).f1,
      candidates: candidates.map(({ candidate, f1: onValidation }) => ({ candidate, f1: onValidation })),
    };
  } finally {
    kept.model.dispose();
    if (linear !== kept) linear.model.dispose();
  }
};
