import { defer, type Observable, of } from 'rxjs';
import type { DeferredTrainable, Trainable } from '../../../contracts/models/Trainable.js';

/** Whether a model is asynchronous. */
export const isDeferred = (model: Trainable | DeferredTrainable): model is DeferredTrainable => 'deferred' in model;

const answer = <T>(step: () => T): Observable<T> => defer(() => of(step()));

/**
 * Any model as a `DeferredTrainable`. A synchronous model makes its step and emits its result during the subscription.
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
    // `fit` calls these only for models that have them: it refuses other models before.
    optimizerState: () => answer(() => model.optimizerState?.() ?? new Map()),
    loadOptimizerState: (state) => model.loadOptimizerState?.(state),
  };
};
