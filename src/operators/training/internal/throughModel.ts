import { catchError, concat, forkJoin, map, mergeMap, type Observable, type OperatorFunction, throwError } from 'rxjs';
import type { DeferredTrainable, Trainable } from '../../../contracts/models/Trainable.js';
import type { Valve } from '../../../contracts/flow/Valve.js';
import { deferModel, isDeferred } from './deferModel.js';
import { mapInFlight } from './mapInFlight.js';

/** The options of an operator that runs batches through a model. */
export interface ThroughModelOptions {
  /**
   * For a `DeferredTrainable`: held while the device has three batches, which is the limit. Pass the same valve to the
   * source, so that it stops reading meanwhile. Default: none; then the batches that arrive meanwhile wait without
   * limit.
   */
  readonly valve?: Valve | undefined;
}

/** Additional options of `throughModel`. */
export interface AroundBatch<Batch, Before> extends ThroughModelOptions {
  /**
   * A request to the model before a batch, whose result is emitted before that of the batch; undefined for none. A
   * model on a device gets both at once, in this order.
   */
  readonly before?: ((batch: Batch, index: number) => Observable<Before> | undefined) | undefined;
  /** Adds details to the model's error. */
  readonly explain?: ((error: unknown, batch: Batch) => unknown) | undefined;
}

/**
 * The number of batches that a device has at once: one that it computes, one in its queue, and one whose results are
 * being transferred back.
 */
const BATCHES_IN_FLIGHT = 3;

/**
 * Runs each batch through a model, and emits one result per batch, in the order of the batches. A synchronous model has
 * one batch at a time, an asynchronous model a few in flight.
 *
 * @param model the model, synchronous or asynchronous
 * @param ask runs one batch through the model, which is passed as a `DeferredTrainable` in both cases
 * @param tell makes the result from the model's answer; an error that it throws is the stream's error
 * @param options the valve, the request before a batch, and the function that explains an error
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
    // The device must have this batch in its queue before it gets the next one. `concat` would send it only after the
    // request before it is answered, which is too late.
    return isDeferred(model) ? forkJoin([before$, result$]).pipe(mergeMap((both) => both)) : concat(before$, result$);
  };
  // Synchronous answers need no queue: mergeMap emits each one within the call that pushed its batch.
  return isDeferred(model) ? mapInFlight(project, { most: BATCHES_IN_FLIGHT, valve }) : mergeMap(project);
};
