import { defer, type Observable, of } from 'rxjs';
import type { DeferredTrainable, Trainable } from '../../../contracts/models/Trainable.js';

/** Whether a model answers later. */
export const isDeferred = (model: Trainable | DeferredTrainable): model is DeferredTrainable => 'deferred' in model;

const answer = <T>(step: () => T): Observable<T> => defer(() => of(step()));

/**
 * Any model as a `DeferredTrainable`. A model that answers at once makes its step, and answers, while it is being
 * subscribed to.
 */
export const deferModel = (model: Trainable | DeferredTrainable): DeferredTrainable => {
  if (isDeferred(model)) return model;
  return {
    deferred: true,
    name: model.name,
    classes: model.classes,
    trainBatch: (batch, context) => answer(() => model.trainBatch(batch, context)),
    evaluateBatch: (batch) => answer(() => model.evaluateBatch(batch)),
    predictBatch: (batch) => answer(() => model.predictBatch(batch)),
    stateDict: () => answer(() => model.stateDict()),
    loadStateDict: (state) => model.loadStateDict(state),
    // Where the model has them; `fit` refuses one that has not before it asks.
    optimizerState: () => answer(() => model.optimizerState?.() ?? new Map()),
    loadOptimizerState: (state) => model.loadOptimizerState?.(state),
  };
};
