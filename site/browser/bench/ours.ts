import { lastValueFrom, range, map } from 'rxjs';
import { type Classifier, classifier, classifierConfig } from 'headwater/models';
import { predict, trainStep } from 'headwater/operators';
import { backendVariant, registerBackend } from 'headwater/ops';
import { readWorkload, type Subject } from './workload.js';

let model: Classifier | undefined;
let batch: Awaited<ReturnType<typeof readWorkload>>['batch'] | undefined;

const prepared = () => {
  if (model === undefined || batch === undefined) throw new Error('prepare() comes first.');
  return { model, batch };
};

/** The lesson's GRU on one thread. */
export const ours: Subject = {
  prepare: async () => {
    registerBackend({ threads: 1 });
    const workload = await readWorkload();
    batch = workload.batch;
    const { vocabularySize, classes } = workload;
    model = classifier(classifierConfig({ cell: 'gru', vocabularySize, classes }), { seed: 1 });
    return `WebAssembly, ${backendVariant().simd}`;
  },
  train: async (steps) => {
    const { model: trained, batch: rows } = prepared();
    const step = trainStep(trained, { epoch: 1, learningRate: 1e-3 });
    await lastValueFrom(
      range(1, steps).pipe(
        map(() => rows),
        step,
      ),
    );
  },
  classify: async (steps) => {
    const { model: used, batch: rows } = prepared();
    await lastValueFrom(
      range(1, steps).pipe(
        map(() => rows),
        predict(used),
      ),
    );
  },
};

(globalThis as { subject?: Subject }).subject = ours;
