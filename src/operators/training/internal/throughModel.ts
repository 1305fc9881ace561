import { catchError, concat, forkJoin, map, mergeMap, type Observable, type OperatorFunction, throwError } from 'rxjs';
import type { DeferredTrainable, Trainable } from '../../../contracts/models/Trainable.js';
import type { Valve } from '../../../contracts/flow/Valve.js';
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

/** What `throughModel` does besides. */
export interface AroundBatch<Batch, Before> extends ThroughModelOptions {
  /**
   * What is to be asked of the model before a batch, and emitted before its result; undefined for nothing. A model on a
   * device gets both at once, in this order.
   */
  readonly before?: ((batch: Batch, index: number) => Observable<Before> | undefined) | undefined;
  /** Says more of the model's error. */
  readonly explain?: ((error: unknown, batch: Batch) => unknown) | undefined;
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
 * @param options the valve, what comes before a batch, and what explains an error
 */
export const throughModel = <Batch, Answer, Result, Before = never>(
  model: Trainable | DeferredTrainable,
  ask: (model: DeferredTrainable, batch: Batch, index: number) => Observable<Answer>,
  tell: (answer: Answer, batch: Batch, index: number) => Result,
  { valve, before, explain }: AroundBatch<Batch, Before>,
): OperatorFunction<Batch, Result | Before> => {
  const deferred = deferModel(model);
  const answerTo = (batch: Batch, index: number): Observable<Answer> => {
    const answer$ = ask(deferred, batch, index);
    return explain === undefined
      ? answer$
      : answer$.pipe(catchError((error: unknown) => throwError(() => explain(error, batch))));
  };
  const project = (batch: Batch, index: number): Observable<Result | Before> => {
    const before$ = before?.(batch, index);
    const result$ = answerTo(batch, index).pipe(map((answer) => tell(answer, batch, index)));
    if (before$ === undefined) return result$;
    // A device is to have the batch in its queue before it is given the next one: `concat` would ask too late.
    return isDeferred(model) ? forkJoin([before$, result$]).pipe(mergeMap((both) => both)) : concat(before$, result$);
  };
  // Answers that come at once need no queue: mergeMap passes each on within the call that brought its batch.
  return isDeferred(model) ? mapInFlight(project, { most: BATCHES_IN_FLIGHT, valve }) : mergeMap(project);
};
