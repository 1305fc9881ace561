import type { OperatorFunction } from 'rxjs';
import type { LabelledBatch } from '../../contracts/rows/PaddedBatch.js';
import type { DeferredTrainable, StepContext, Trainable } from '../../contracts/models/Trainable.js';
import type { StepEnded } from '../../contracts/training/TrainingEvent.js';
import type { ThroughModelOptions } from './internal/throughModel.js';
import { trainSteps } from './internal/trainSteps.js';

/** What the steps of one epoch have in common. */
export interface TrainStepOptions extends Omit<StepContext, 'step' | 'learningRate'>, ThroughModelOptions {
  /**
   * The step size of the optimizer, finite and at least 0; or what gives it for each step, from the number of rows that
   * came before the step's batch in this subscription.
   */
  readonly learningRate: number | ((rowsBefore: number) => number);
  /**
   * The number of the first step, at least 0. Give the number of steps already made in an epoch to go on with that
   * epoch. Default 0.
   */
  readonly firstStep?: number | undefined;
}

/**
 * Makes one optimizer step of a model on each batch, and emits what the step measured.
 *
 * The steps count from `firstStep` at each subscription, so one subscription is one epoch or the rest of one. Several models can train on one batch
 * stream: `connect` hands them the same batches from a single read.
 *
 * ```marbles
 * batches: --A-----B--C---|
 *          trainStep(model, { epoch: 1, learningRate: 1e-3 })
 * events:  --0-----1--2---|   each { type: 'step', step, rows, loss, weight }
 * ```
 *
 * Holds nothing: a batch is done with when its event is emitted. Unsubscribing stops before the next batch and leaves
 * the weights as they are.
 *
 * A model on a device, whose results come later, is given up to three batches at once, so that it never waits for its
 * loss to be read; the events keep their order. `valve` is held while it has so many. Steps that its device already has
 * when the subscriber leaves, or when a loss turns out not to be finite, are made.
 *
 * @param model what is trained
 * @param options.epoch the pass over the train rows, from 1; with the step's number it seeds what is random in a step
 * @param options.learningRate the step size of the optimizer, at least 0
 * @param options.firstStep the number of the first step; default 0
 * @param options.clipNorm the norm that the gradients are clipped to; default none
 * @param options.valve what brakes the batches for a model on a device
 * @throws HeadwaterError `HW_USAGE` for an epoch, a first step or a learning rate that cannot be; through `error`: `HW_NUMERIC` when
 *   the loss is not a finite number (it names the rows of the batch), and whatever the model throws
 * @see fit which makes epochs of it
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
