import * as tf from '@tensorflow/tfjs-core';
import { lastValueFrom, of, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { LabelledBatch } from '../../src/contracts/rows/PaddedBatch.js';
import type { Trainable } from '../../src/contracts/models/Trainable.js';
import { classifier } from '../../src/models/classifier.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { linearClassifier } from '../../src/models/linear/linearClassifier.js';
import { linearConfig } from '../../src/models/linear/LinearConfig.js';
import { trainable } from '../../src/models/trainable.js';
import { wideGru } from '../../src/models/wide/wideGru.js';
import { wideGruConfig } from '../../src/models/wide/WideGruConfig.js';
import { fit } from '../../src/operators/training/fit.js';
import { gatherLast } from '../../src/ops/layers/gatherLast.js';
import { embedding } from '../../src/ops/layers/embedding.js';
import { linear } from '../../src/ops/layers/linear.js';
import { registerOps } from '../../src/ops/registerOps.js';
import { recordingModel } from '../../src/testing/recordingModel.js';

await registerOps({ stockGradients: true });
await tf.setBackend('cpu');

const BATCH: LabelledBatch = {
  size: 2,
  time: 2,
  tokens: Int32Array.of(5, 7, 9, 4),
  lengths: Int32Array.of(2, 2),
  ids: Int32Array.of(0, 1),
  labels: Int32Array.of(0, 1),
  features: { offsets: Int32Array.of(0, 2, 3), ids: Int32Array.of(3, 4, 5), values: Float32Array.of(2, 1, 1) },
};

type Model = Trainable & { dispose(): void };

const recurrent = { classes: 2, vocabularySize: 12, embeddingDim: 4, hiddenDim: 4 };
const MODELS: Readonly<Record<string, () => Model>> = {
  lesson: () => classifier(classifierConfig({ ...recurrent, fcDim: 3 }), { seed: 1 }),
  'lesson on cpu': () => classifier(classifierConfig({ ...recurrent, fcDim: 3 }), { seed: 1, backend: 'cpu' }),
  'wide-gru': () => wideGru(wideGruConfig({ ...recurrent, columns: 8 }), { seed: 1 }),
  'wide-gru on cpu': () => wideGru(wideGruConfig({ ...recurrent, columns: 8 }), { seed: 1, backend: 'cpu' }),
  linear: () => linearClassifier(linearConfig({ classes: 2, columns: 8, dropout: 0 }), { trainRows: 2, seed: 1 }),
  own: () =>
    trainable({
      classes: 2,
      parameters: { e: { shape: [12, 3], uniform: 0.5 }, w: { shape: [2, 3], uniform: 0.5 }, b: { shape: [2] } },
      forward: ({ e, w, b }, batch) => linear(gatherLast(embedding(e, batch), batch.lengths), w, b),
    }),
};

const made: Model[] = [];
afterEach(() => {
  for (const model of made.splice(0)) model.dispose();
});

/** What a training of three steps leaves, and the norms of its gradients. */
const trained = (make: () => Model, clipNorm?: number) => {
  const model = make();
  made.push(model);
  const before = model.stateDict();
  const norms = [0, 1, 2].map(
    (step) => model.trainBatch(BATCH, { epoch: 1, step, learningRate: 0.1, clipNorm }).gradientNorm,
  );
  return { model, before, norms, weights: [...model.stateDict()] };
};

describe.each(Object.entries(MODELS))('clipNorm of %s', (name, make) => {
  it('of Infinity measures the norm, and changes no bit', () => {
    const plain = trained(make);
    const measured = trained(make, Infinity);
    expect(plain.norms).toEqual([undefined, undefined, undefined]);
    expect(measured.norms.every((norm) => norm !== undefined && norm > 0)).toBe(true);
    // A wide GRU has a limit of its own, which this replaces: these gradients are below it.
    expect(measured.weights).toEqual(plain.weights);
    const onCpu = MODELS[`${name} on cpu`];
    if (onCpu !== undefined) expect(trained(onCpu, Infinity).norms[0]).toBeCloseTo(measured.norms[0]!, 5);
  });

  it('tells the norm from before it scales, and scales all gradients', () => {
    const free = trained(make, Infinity);
    const limited = trained(make, free.norms[0]! / 1e6);
    // Of a row at a time, the second row sees what the first has changed.
    expect(limited.norms[0]).toBeCloseTo(free.norms[0]!, name === 'linear' ? 0 : 6);
    expect(limited.weights).not.toEqual(free.weights);
    expect(trained(make, free.norms[0]! * 1e6).weights).toEqual(free.weights);
  });
});

describe('clipNorm', () => {
  it('limits each step of a linear model to that norm', () => {
    const model = linearClassifier(linearConfig({ classes: 2, columns: 8, dropout: 0 }), { trainRows: 1, seed: 1 });
    const one: LabelledBatch = {
      ...BATCH,
      size: 1,
      labels: Int32Array.of(0),
      features: { offsets: Int32Array.of(0, 2), ids: Int32Array.of(3, 4), values: Float32Array.of(2, 1) },
    };
    const { gradientNorm } = model.trainBatch(one, { epoch: 1, step: 0, learningRate: 1, clipNorm: 0.1 });
    // From zeros both classes have probability ½: ‖(−½, ½)‖ · √(1 + 2² + 1²), the 1 being the bias.
    expect(gradientNorm).toBeCloseTo(Math.sqrt(0.5 * 6), 6);
    const values = model.stateDict().get('wide.values')!.data;
    expect(Math.hypot(...values)).toBeCloseTo(0.1 * Math.sqrt(5 / 6), 5);
  });

  it('is in the events of fit, and in the settings of its checkpoints', async () => {
    const model = MODELS['lesson']!();
    made.push(model);
    const source = { rows: { train: 2, validation: 2, test: 0 }, batches: () => of(BATCH) };
    const events = await lastValueFrom(
      of(source).pipe(fit(model, { epochs: 1, clipNorm: 0.01, checkpointEvery: 1 }), toArray()),
    );
    expect(events.find(({ type }) => type === 'step')).toHaveProperty('gradientNorm', expect.any(Number));
    const taken = events.find((event) => event.type === 'checkpoint');
    expect(taken?.checkpoint.settings.clipNorm).toBe(0.01);
    const other = fit(model, { epochs: 1, clipNorm: 0.02, from: taken?.checkpoint });
    await expect(lastValueFrom(of(source).pipe(other))).rejects.toThrow(/its clipNorm was 0\.01, and is now 0\.02/);
  });

  it('is refused where it is no number above 0, and of a model that does not clip', async () => {
    expect(() => fit(recordingModel(), { clipNorm: 0 })).toThrow(/fit: clipNorm is 0, but must be a number above 0/);
    const source = { rows: { train: 2, validation: 2, test: 0 }, batches: () => of(BATCH) };
    await expect(lastValueFrom(of(source).pipe(fit(recordingModel(), { clipNorm: 1 })))).rejects.toMatchObject({
      code: 'HW_USAGE',
      message: expect.stringContaining('tells no norm of its gradients') as string,
    });
  });

  it('leaves the weights as they were where the norm is no number', () => {
    const model = trainable({
      classes: 2,
      parameters: { w: { shape: [2], uniform: 0.5 } },
      // The loss is finite, and its gradient is not: d√x/dx at 0.
      forward: ({ w }, batch) => tf.add(tf.zeros([batch.size, 2]), tf.sqrt(tf.mul(w, 0))),
    });
    made.push(model);
    const before = [...model.stateDict()];
    expect(() => model.trainBatch(BATCH, { epoch: 1, step: 3, learningRate: 1, clipNorm: 1 })).toThrow(
      /The norm of the gradients of "own" in epoch 1, step 3 is NaN/,
    );
    expect([...model.stateDict()]).toEqual(before);
  });
});
