import { catchError, concatMap, defer, filter, map, type Observable, of, throwError } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { isLessonConfig } from '../models/artifacts/ModelConfig.js';
import { kFold } from '../operators/rows/kFold.js';
import type { Split } from '../operators/rows/prepare.js';
import { rowsOf } from '../operators/rows/rowsOf.js';
import { evaluate } from '../operators/training/evaluate.js';
import { temperature } from '../sinks/metrics/temperature.js';
import type { TrainedCandidate } from './ModelChosen.js';
import { retrain, type RetrainOptions } from './retrain.js';

/** Models of four folds learn from 75 % of the rows: about as many as the choice was made with. */
const FOLDS = 4;

const nowhere = { next: () => undefined };

/**
 * The temperature of a linear model that is trained on the train rows of a split, from predictions for all of them.
 * Each prediction is that of a model of the other folds.
 *
 * A temperature depends on which rows happen to be validation rows: of 100 rows, whose accuracy alone is known to 0.05,
 * confidence is known no better. The train rows are several times as many.
 *
 * Emits undefined for another model, and where the rows cannot be divided into folds that have two classes. Errors:
 * those of the rows and `fit`.
 *
 * @param split the rows
 * @param kept a linear model, with how it was trained
 */
export const crossFittedTemperature = (
  split: Split,
  kept: TrainedCandidate,
  options: Omit<RetrainOptions, 'called'>,
): Observable<number | undefined> =>
  defer(() => {
    const { config } = kept.model;
    if (isLessonConfig(config) || config.architecture !== 'linear') return of(undefined);
    const { text, stopWords, seed, tokenizer } = split;
    const folds$ = kFold(rowsOf(split, 'train'), {
      folds: FOLDS,
      validation: 0,
      text,
      stopWords,
      seed,
      numTokens: tokenizer.size,
      rejections: nowhere,
      valve: options.valve,
    });
    return folds$.pipe(
      concatMap(({ fold, split$ }) =>
        split$.pipe(
          concatMap((part) =>
            // Folds are no part of the training that is shown, and have no checkpoints.
            retrain(part, kept, {
              ...options,
              called: `fold ${fold}`,
              temperature: 1,
              checkpointEvery: undefined,
              from: undefined,
            }),
          ),
          filter((event) => event.type === 'retrained'),
          concatMap(({ model, source }) => source.batches('test', 1).pipe(evaluate(model, { valve: source.valve }))),
        ),
      ),
      temperature({ smooth: true }),
      map((fitted) => fitted.temperature),
      catchError((error: unknown) => {
        const divided = error instanceof HeadwaterError && (error.code === 'HW_LABEL' || error.code === 'HW_EMPTY');
        return divided ? of(undefined) : throwError(() => error);
      }),
    );
  });
