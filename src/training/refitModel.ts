import { checkModelTraining } from './trainModel.js';
import { checkSplit } from '../operators/rows/checkSplit.js';
import { map, type Observable } from 'rxjs';
import type { TrainingEvent } from '../contracts/training/TrainingEvent.js';
import type { TextModel } from '../models/artifacts/restoreModel.js';
import type { Split } from '../operators/rows/prepare.js';
import { withAllRows } from '../operators/rows/withAllRows.js';
import type { TrainedCandidate } from './ModelChosen.js';
import { retrain } from './retrain.js';
import type { TrainModelOptions } from './trainModel.js';
import { networkBatchSize } from './trainNetwork.js';

/** A model was trained again on all rows of its split. */
export interface ModelRefitted {
  readonly type: 'model-refitted';
  /** The model. The receiver of the event must dispose of it. */
  readonly model: TextModel;
  readonly features: TrainedCandidate['features'];
  readonly vectors: TrainedCandidate['vectors'];
  /** The number of rows that it was trained on. */
  readonly rows: number;
}

/**
 * Trains a model that `trainModel` kept again, on all rows of the split: train, validation and test rows.
 *
 * All choices stay the same: the settings, the sizes, the number of epochs of the kept weights, the temperature, and
 * the weights of a sum. Vocabulary and classes stay those of the train rows. Class weights and the frequencies of
 * hashed features are counted again. No row is left to measure the new model. So report the scores of the kept model,
 * and say that they belong to it.
 *
 * ```marbles drawn
 * split:   s
 *          refitModel(split, kept)
 * result:  -e-e-e-(R|)      e: training events;  R: the model
 * ```
 *
 * Cold. On an error, and on unsubscribing before the last event, the new model is disposed of. The kept model does not
 * change.
 *
 * Errors: `HW_USAGE` for a classifier of the lesson; those of the rows, `batches` and `fit`.
 *
 * @param split the split given to `trainModel`
 * @param kept the model that it kept
 * @param options the options given to `trainModel`
 *
 * @example
 * ```ts
 * import { concatMap, EMPTY, from, lastValueFrom } from 'rxjs';
 * import { prepare, refitModel, trainModel, type Row } from 'headwater';
 * const rows: Row[] = Array.from({ length: 60 }, (_, id) => ({
 *   id,
 *   title: `${id % 2 === 0 ? 'late goal' : 'port closes'} ${id}`,
 *   category: id % 2 === 0 ? 'Sports' : 'World',
 * }));
 * const split = await lastValueFrom(prepare(from(rows)));
 * const last = await lastValueFrom(
 *   trainModel(split).pipe(
 *     concatMap((event) => (event.type === 'model-chosen' ? refitModel(split, event.kept) : EMPTY)),
 *   ),
 * );
 * if (last.type === 'model-refitted') console.log(last.rows); // 60
 * ```
 */
export const refitModel = (
  split: Split,
  kept: TrainedCandidate,
  options: TrainModelOptions = {},
): Observable<TrainingEvent | ModelRefitted> => {
  checkSplit('refitModel', split);
  checkModelTraining('refitModel', options);
  return retrain(withAllRows(split), kept, {
    ...options,
    call: 'refitModel',
    batchSize: options.batchSize ?? networkBatchSize(split.rows.train),
    called: 'all rows',
  }).pipe(
    map((event) => {
      if (event.type !== 'retrained') return event;
      const { model, features, vectors, rows } = event;
      return { type: 'model-refitted', model, features, vectors, rows } as const;
    }),
  );
};
