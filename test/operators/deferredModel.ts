import { defer, delay, type Observable, of } from 'rxjs';
import type { DeferredTrainable } from '../../src/contracts/models/Trainable.js';
import type { RecordingModel } from '../../src/testing/recordingModel.js';

/**
 * A recording model on a device that takes `frames` until the answer to anything is here; what is asked is recorded
 * when it joins the queue.
 */
export const deferredModel = (model: RecordingModel, frames: number): DeferredTrainable => {
  const later = <T>(answer: () => T): Observable<T> => defer(() => of(answer()).pipe(delay(frames)));
  return {
    deferred: true,
    name: model.name,
    classes: model.classes,
    trainBatch: (batch, context) => later(() => model.trainBatch(batch, context)),
    evaluateBatch: (batch) => later(() => model.evaluateBatch(batch)),
    predictBatch: (batch) => later(() => model.predictBatch(batch)),
    stateDict: () => later(() => model.stateDict()),
    loadStateDict: (state) => model.loadStateDict(state),
    optimizerState: () => later(() => model.optimizerState()),
    loadOptimizerState: (state) => model.loadOptimizerState(state),
  };
};
