import {
  type BackendName,
  classifier,
  type ClassifierConfig,
  deferredClassifier,
  type LabelledBatch,
  selectBackend,
} from 'headwater';
import { lastValueFrom } from 'rxjs';

/** A model to measure, with synchronous or deferred steps. */
export interface MeasuredModel {
  /**
   * Whether its steps are promises. The measurement awaits each step, whereas `fit` queues the next steps in the
   * meantime.
   */
  readonly later: boolean;
  train(batch: LabelledBatch, step: number): unknown;
  predict(batch: Omit<LabelledBatch, 'labels'>): unknown;
  dispose(): void;
}

/** Loads a backend. Returns the reason where it does not load. */
export const loadBackend = async (backend: BackendName): Promise<string | undefined> => {
  const selected = await selectBackend(backend)();
  return selected._tag === 'Left' ? selected.left.message : undefined;
};

/** The lesson's classifier on a loaded backend. */
export const modelOn = (backend: BackendName, config: ClassifierConfig): MeasuredModel => {
  const context = (step: number) => ({ epoch: 1, step, learningRate: 1e-3 });
  if (backend === 'webgpu') {
    const model = deferredClassifier(config, { seed: 1 });
    return {
      later: true,
      train: (batch, step) => lastValueFrom(model.trainBatch(batch, context(step))),
      predict: (batch) => lastValueFrom(model.predictBatch(batch)),
      dispose: () => model.dispose(),
    };
  }
  const model = classifier(config, { seed: 1, backend });
  return {
    later: false,
    train: (batch, step) => model.trainBatch(batch, context(step)),
    predict: (batch) => model.predictBatch(batch),
    dispose: () => model.dispose(),
  };
};
