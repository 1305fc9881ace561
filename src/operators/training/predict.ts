import { checkArgument } from '../../contracts/checkArgument.js';
import { concatMap, identity, type OperatorFunction, pipe } from 'rxjs';
import type { Prediction } from '../../contracts/training/Evaluation.js';
import type { PaddedBatch } from '../../contracts/rows/PaddedBatch.js';
import type { DeferredTrainable, Trainable } from '../../contracts/models/Trainable.js';
import { mostProbable } from './internal/mostProbable.js';
import { throughModel, type ThroughModelOptions } from './internal/throughModel.js';

/**
 * Classifies each batch, and emits one prediction per row, in the order of the batches and of their rows.
 *
 * ```marbles
 * batches:     --A------B---|   A of three rows, B of two
 *              predict(model)
 * predictions: --(abc)--(de)|   each { type: 'prediction', id, predicted, probabilities }
 * ```
 *
 * Holds at most one batch's predictions, and only while they are being emitted; for a model on a device, whose results
 * arrive later, up to three batches. If rows were put into batches by length, their order is not that of the source:
 * `id` identifies the row.
 *
 * @param model the model; it is not changed
 * @param options.valve the valve that holds back the batches for a model on a device
 * @throws through `error`: HeadwaterError `HW_NUMERIC` for a probability that is not a finite number, and any error
 *   that the model throws
 * @see evaluate for batches with labels
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { predict } from 'headwater';
 * import { paddedBatch, recordingModel } from 'headwater/testing';
 * import { of } from 'rxjs';
 *
 * of(paddedBatch({ seed: 1, size: 2 }))
 *   .pipe(predict(recordingModel()))
 *   .subscribe(({ id, predicted }) => console.log(id, predicted));
 * ```
 */
export const predict = (
  model: Trainable | DeferredTrainable,
  options: ThroughModelOptions = {},
): OperatorFunction<PaddedBatch, Prediction> => {
  checkArgument('predict', 'model', model, 'a model, such as classifier() makes');

  const tell = (probabilities: Float32Array, batch: PaddedBatch): readonly Prediction[] => {
    const predicted = mostProbable(model, batch, probabilities);
    return Array.from(predicted, (index, row): Prediction => ({
      type: 'prediction',
      id: batch.ids[row]!,
      predicted: index,
      // A copy: a view on one row would keep the probabilities of the whole batch in memory.
      probabilities: probabilities.slice(row * model.classes, (row + 1) * model.classes),
    }));
  };
  return pipe(
    throughModel(model, (asked, batch: PaddedBatch) => asked.predictBatch(batch), tell, options),
    // concatMap and not mergeMap: if a consumer pushes a further batch from within `next`, its rows must come after
    // these.
    concatMap(identity),
  );
};
