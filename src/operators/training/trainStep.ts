import type { TrainStepOptions } from './TrainStepOptions.js';
import type { OperatorFunction } from 'rxjs';
import type { LabelledBatch } from '../../contracts/rows/PaddedBatch.js';
import type { DeferredTrainable, Trainable } from '../../contracts/models/Trainable.js';
import type { StepEnded } from '../../contracts/training/TrainingEvent.js';
import { trainSteps } from './internal/trainSteps.js';

/**
 * Makes one optimizer step of a model on each batch, and emits what the step measured.
 *
 * At each subscription the steps count from `firstStep`, so one subscription is one epoch or the rest of one. Several
 * models can train on one batch stream: `connect` passes them the same batches from a single reading.
 *
 * ```marbles
 * batches: --A-----B--C---|
 *          trainStep(model, { epoch: 1, learningRate: 1e-3 })
 * events:  --0-----1--2---|   each { type: 'step', step, rows, loss, weight }
 * ```
 *
 * Holds nothing: a batch is no longer used after its event is emitted. Unsubscribing stops before the next batch and
 * leaves the weights as they are.
 *
 * A model on a device, whose results arrive later, gets up to three batches at once, so that it never waits until its
 * loss is read. The events keep their order. `valve` is held while it has three. Steps that the device already has are
 * still made when the subscriber leaves, or when a loss is not finite.
 *
 * @param model the model to train
 * @param options.epoch the pass over the train rows, from 1; with the step's number it seeds the random parts of a step
 * @param options.learningRate the step size of the optimizer, at least 0
 * @param options.firstStep the number of the first step; default 0
 * @param options.clipNorm the norm that the gradients are clipped to; default none
 * @param options.valve the valve that holds back the batches for a model on a device
 * @throws HeadwaterError `HW_USAGE` for an invalid epoch, first step or learning rate; through `error`: `HW_NUMERIC`
 *   when the loss is not a finite number (it names the rows of the batch), and any error that the model throws
 * @see fit which runs whole epochs
 *
 * @example
 * ```ts
 * import { trainStep } from 'headwater';
 * import { labelledBatch, recordingModel } from 'headwater/testing';
 * import { connect, from, merge } from 'rxjs';
 *
 * const first = recordingModel({ name: 'first' });
 * const second = recordingModel({ name: 'second' });
 * from([labelledBatch({ seed: 1 }), labelledBatch({ seed: 2 })])
 *   .pipe(
 *     connect((batch$) =>
 *       merge(
 *         batch$.pipe(trainStep(first, { epoch: 1, learningRate: 1e-3 })),
 *         batch$.pipe(trainStep(second, { epoch: 1, learningRate: 1e-4 })),
 *       ),
 *     ),
 *   )
 *   .subscribe(({ model, step, loss }) => console.log(model, step, loss));
 * ```
 */
export const trainStep = (
  model: Trainable | DeferredTrainable,
  options: TrainStepOptions,
): OperatorFunction<LabelledBatch, StepEnded> => trainSteps(model, options);
