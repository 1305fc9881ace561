import { map, mergeMap, type Observable, type OperatorFunction } from 'rxjs';
import type { DeferredTrainable, Trainable } from '../../../contracts/Trainable.js';
import type { Valve } from '../../../contracts/Valve.js';
import { deferModel, isDeferred } from './deferModel.js';
import { mapInFlight } from './mapInFlight.js';

/** The options of an operator that runs batches through a model. */
export interface ThroughModelOptions {
  /**
   * For a `DeferredTrainable`: held while the device has three batches, which is its limit. Give the source the same
   * valve, and it stops reading meanwhile. Default: none, and the batches that come meanwhile wait without bound.
   */
  readonly valve?: Valve | undefined;
}

/**
 * Batches that a device has at once: one that it computes, one that is in its queue, and one whose results are on their
 * way back.
 */
const BATCHES_IN_FLIGHT = 3;

/**
 * Runs each batch through a model, and emits one result a batch, in the order of the batches. A model that answers at
 * once has one batch at a time; a model that answers later has a few in flight.
 *
 * @param model the model, of either kind
 * @param ask runs one batch through the model, which is given as a `DeferredTrainable` in either case
 * @param tell makes the result from the model's answer; what it throws is the stream's error
 */
export const throughModel = <Batch, Answer, Result>(
  model: Trainable | DeferredTrainable,
  ask: (model: DeferredTrainable, batch: Batch, index: number) => Observable<Answer>,
  tell: (answer: Answer, batch: Batch, index: number) => Result,
  { valve }: ThroughModelOptions,
): OperatorFunction<Batch, Result> => {
  const deferred = deferModel(model);
  const project = (batch: Batch, index: number): Observable<Result> =>
    ask(deferred, batch, index).pipe(map((answer) => tell(answer, batch, index)));
  // Answers that come at once need no queue: mergeMap passes each on within the call that brought its batch.
  return isDeferred(model) ? mapInFlight(project, { most: BATCHES_IN_FLIGHT, valve }) : mergeMap(project);
};
