import { defer, type Observable, type OperatorFunction } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { LabelledBatch } from '../../../contracts/rows/PaddedBatch.js';
import type { DeferredTrainable, Trainable } from '../../../contracts/models/Trainable.js';
import type { StepEnded } from '../../../contracts/training/TrainingEvent.js';
import { checkNumber, checkOptions, checkWhole } from '../../../contracts/checkOption.js';
import { checkClipNorm } from './checkClipNorm.js';
import type { TrainStepOptions } from '../TrainStepOptions.js';
import { throughModel } from './throughModel.js';

/** The most row ids that a message lists. */
const MOST_IDS = 128;

/** The rows of a batch, for messages. */
const rowsInWords = ({ ids, size }: LabelledBatch): string => {
  const listed = Array.from(ids.subarray(0, Math.min(size, MOST_IDS))).join(', ');
  return `The ids of its rows: ${listed}${size > MOST_IDS ? ` and ${size - MOST_IDS} more` : ''}.`;
};

/** Adds the rows of the batch to a numeric error. */
const withRows = (error: unknown, batch: LabelledBatch, where: string): unknown =>
  error instanceof HeadwaterError && error.code === 'HW_NUMERIC'
    ? new HeadwaterError('HW_NUMERIC', `${error.message} ${rowsInWords(batch)}`, {
        cause: error,
        where: error.where ?? where,
      })
    : error;

/**
 * The implementation of `trainStep`, with an optional request to the model before some of the steps.
 *
 * @param before the request to the model before a batch; `index` is the number of batches before it in this
 * subscription
 * @throws HeadwaterError as `trainStep`
 */
export const trainSteps = <Before = never>(
  model: Trainable | DeferredTrainable,
  options: TrainStepOptions,
  before?: (batch: LabelledBatch, index: number) => Observable<Before> | undefined,
): OperatorFunction<LabelledBatch, StepEnded | Before> => {
  checkOptions('trainStep', options, 'model, { epoch: 1, learningRate: 1e-3 }');
  const { epoch, learningRate, firstStep = 0, clipNorm, valve } = options;
  checkWhole('trainStep', 'epoch', epoch, 1);
  checkWhole('trainStep', 'firstStep', firstStep, 0);
  checkClipNorm('trainStep', clipNorm);
  if (typeof learningRate !== 'function') checkNumber('trainStep', 'learningRate', learningRate, { from: 0 });
  const stepsAt = (rateOf: (batch: LabelledBatch) => number): OperatorFunction<LabelledBatch, StepEnded | Before> =>
    throughModel(
      model,
      (asked, batch: LabelledBatch, index) =>
        asked.trainBatch(batch, {
          epoch,
          step: firstStep + index,
          learningRate: rateOf(batch),
          ...(clipNorm === undefined ? {} : { clipNorm }),
        }),
      ({ loss, weight, gradientNorm }, batch, index): StepEnded => {
        const step = firstStep + index;
        if (!Number.isFinite(loss) || !Number.isFinite(weight)) {
          throw new HeadwaterError(
            'HW_NUMERIC',
            `The loss of model ${model.name} became ${loss} (class weights ${weight} ` +
              `in all) in epoch ${epoch}, step ${step}, at learning rate ` +
              `${typeof learningRate === 'number' ? learningRate : 'of a schedule'}. ` +
              `Lower the learning rate, and check that every class weight is above 0. ${rowsInWords(batch)}`,
            { where: `epoch ${epoch}, step ${step}` },
          );
        }
        const ended: StepEnded = { type: 'step', model: model.name, epoch, step, rows: batch.size, loss, weight };
        if (gradientNorm !== undefined) return { ...ended, gradientNorm };
        if (clipNorm === undefined) return ended;
        throw new HeadwaterError(
          'HW_USAGE',
          `The model ${model.name} was given clipNorm ${clipNorm}, but it tells no norm of ` +
            'its gradients: its trainBatch does not clip. Leave clipNorm out.',
        );
      },
      { valve, before, explain: (error, batch) => withRows(error, batch, `epoch ${epoch}`) },
    );
  if (typeof learningRate === 'number') return stepsAt(() => learningRate);
  // The rows are counted again in each subscription.
  return (batch$) =>
    defer(() => {
      let rows = 0;
      return batch$.pipe(
        stepsAt((batch) => {
          const rate = learningRate(rows);
          checkNumber('trainStep', 'learningRate', rate, { from: 0 });
          rows += batch.size;
          return rate;
        }),
      );
    });
};
