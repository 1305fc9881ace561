import { catchError, concatMap, defer, filter, finalize, map, type Observable, of, throwError } from 'rxjs';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { kFold } from '../operators/rows/kFold.js';
import type { Split } from '../operators/rows/prepare.js';
import { rowsOf } from '../operators/rows/rowsOf.js';
import { evaluate } from '../operators/training/evaluate.js';
import { temperature } from '../sinks/metrics/temperature.js';
import type { TrainedCandidate } from './ModelChosen.js';
import { retrain, type RetrainOptions } from './retrain.js';

/** With four folds, models learn from 75 % of the rows: about as many as when the model was chosen. */
const FOLDS = 4;

const nowhere = { next: () => undefined };

/**
 * Fits the temperature of a model that is trained on the train rows of a split, from predictions for all these rows.
 * Each prediction comes from a model that was trained on the other folds.
 *
 * A temperature depends on the random choice of validation rows. With 100 rows, even the accuracy is known only to
 * ±0.05, and confidence is not known better. There are several times as many train rows. Also, a recurrent model that
 * is trained again takes its last weights, which are less sharp than those of the best epoch, so the temperature of the
 * best epoch does not suit them.
 *
 * Emits undefined where the rows cannot be divided into folds with two classes. Errors: those of the rows and `fit`.
 *
 * @param split the rows
 * @param kept the model, with the settings of its training
 */
export const crossFittedTemperature = (
  split: Split,
  kept: TrainedCandidate,
  options: Omit<RetrainOptions, 'called'>,
): Observable<number | undefined> =>
  defer(() => {
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
            // Folds are not shown as part of the training, and have no checkpoints.
            retrain(part, kept, {
              ...options,
              called: `fold ${fold}`,
              temperature: 1,
              checkpointEvery: undefined,
              from: undefined,
              // An older model may have been trained on the rows of the fold, and would be too sure of them.
              warmStart: undefined,
            }),
          ),
          filter((event) => event.type === 'retrained'),
          concatMap(({ model, source }) =>
            source.batches('test', 1).pipe(
              evaluate(model, { valve: source.valve }),
              finalize(() => model.dispose()),
            ),
          ),
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
