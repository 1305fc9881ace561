import { checkArgument } from '../../contracts/checkArgument.js';
import type { OperatorFunction } from 'rxjs';
import type { EvaluatedBatch } from '../../contracts/training/Evaluation.js';
import type { LabelledBatch } from '../../contracts/rows/PaddedBatch.js';
import type { DeferredTrainable, Trainable } from '../../contracts/models/Trainable.js';
import { mostProbable } from './internal/mostProbable.js';
import { throughModel, type ThroughModelOptions } from './internal/throughModel.js';

/**
 * Classifies each labelled batch without training, and emits what metrics are computed from: labels, predictions,
 * probabilities and loss.
 *
 * ```marbles
 * batches:   --A-----B--C---|
 *            evaluate(model)
 * evaluated: --a-----b--c---|   each { type: 'evaluated', ids, labels, predicted, probabilities, loss, weight }
 * ```
 *
 * Holds nothing; for a model on a device, whose results arrive later, up to three batches. The mean loss over all rows
 * is Σ loss·weight / Σ weight.
 *
 * @param model the model; it is not changed
 * @param options.valve the valve that holds back the batches for a model on a device
 * @throws through `error`: HeadwaterError `HW_NUMERIC` for a probability that is not a finite number, and any error
 *   that the model throws
 * @see predict for batches without labels
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { evaluate } from 'headwater';
 * import { labelledBatch, recordingModel } from 'headwater/testing';
 * import { of } from 'rxjs';
 *
 * of(labelledBatch({ seed: 1 }))
 *   .pipe(evaluate(recordingModel()))
 *   .subscribe(({ labels, predicted }) => console.log(labels, predicted));
 * ```
 */
export const evaluate = (
  model: Trainable | DeferredTrainable,
  options: ThroughModelOptions = {},
): OperatorFunction<LabelledBatch, EvaluatedBatch> => {
  checkArgument('evaluate', 'model', model, 'a model, such as classifier() makes');
  return throughModel(
    model,
    (asked, batch: LabelledBatch) => asked.evaluateBatch(batch),
    ({ loss, weight, probabilities }, batch): EvaluatedBatch => {
      const predicted = mostProbable(model, batch, probabilities);
      return { type: 'evaluated', ids: batch.ids, labels: batch.labels, predicted, probabilities, loss, weight };
    },
    options,
  );
};
