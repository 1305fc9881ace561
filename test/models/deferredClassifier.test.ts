import * as tf from '@tensorflow/tfjs-core';
import { concatMap, EMPTY, filter, from, lastValueFrom, map, of, range, tap, toArray } from 'rxjs';
import { afterEach, expect, it } from 'vitest';
import type { BatchSource } from '../../src/contracts/training/BatchSource.js';
import type { LabelledBatch } from '../../src/contracts/rows/PaddedBatch.js';
import { random } from '../../src/contracts/random.js';
import type { StateDict } from '../../src/contracts/models/StateDict.js';
import type { DeferredTrainable, Trainable } from '../../src/contracts/models/Trainable.js';
import { classifier } from '../../src/models/classifier.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { deferredClassifier } from '../../src/models/deferredClassifier.js';
import { fit } from '../../src/operators/training/fit.js';
import { webgpuFailure } from '../../src/ops/backends/loadWebgpu.js';
import { selectBackend } from '../../src/ops/backends/selectBackend.js';
import { expectValuesClose } from '../ops/expectClose.js';
import { describeOnWebgpu, loseDevice } from '../ops/webgpu/webgpu.js';

const VOCABULARY = 60;

/** A batch whose class is told by its first token. */
const batchOf = (seed: number, size = 8): LabelledBatch => {
  const dice = random(seed, 'test');
  const time = 7;
  const lengths = Int32Array.from({ length: size }, () => 1 + dice.below(time));
  const labels = Int32Array.from({ length: size }, () => dice.below(3));
  const tokens = Int32Array.from({ length: size * time }, (_, i) => {
    const row = Math.floor(i / time);
    if (i % time >= lengths[row]!) return 0;
    return i % time === 0 ? 1 + labels[row]! : 4 + dice.below(VOCABULARY - 4);
  });
  return { size, time, tokens, lengths, ids: Int32Array.from({ length: size }, (_, row) => row), labels };
};

const CLASS_WEIGHTS = Float32Array.of(1, 2, 0.5);

describeOnWebgpu('deferredClassifier', () => {
  afterEach(() => {
    expect(webgpuFailure()).toBeUndefined();
  });

  // A plain RNN learns more slowly.
  it.each([
    ['rnn', 50],
    ['gru', 20],
    ['lstm', 20],
  ] as const)(
    'follows the embedded classifier: %s, for %d steps',
    async (cell, steps) => {
      const config = classifierConfig({
        cell,
        vocabularySize: VOCABULARY,
        classes: 3,
        embeddingDim: 10,
        hiddenDim: 16,
        fcDim: 6,
        dropout: 0.2,
      });
      const settings = { seed: 5, classWeights: CLASS_WEIGHTS };
      const expected = classifier(config, { ...settings, backend: 'reference' });
      const model = deferredClassifier(config, settings);
      const before = tf.memory().numTensors;
      for (let step = 0; step < steps; step++) {
        const context = { epoch: 1, step, learningRate: 5e-3 };
        const batch = batchOf(step);
        const wanted = expected.trainBatch(batch, context);
        const found = await lastValueFrom(model.trainBatch(batch, context));
        expect(found.weight).toBe(wanted.weight);
        expect(
          Math.abs(found.loss - wanted.loss),
          `step ${step}: ${found.loss} instead of ${wanted.loss}`,
        ).toBeLessThan(1e-3);
      }
      expect(tf.memory().numTensors).toBe(before);

      const validation = batchOf(1000, 5);
      const wanted = expected.evaluateBatch(validation);
      const found = await lastValueFrom(model.evaluateBatch(validation));
      expect(found.loss).toBeCloseTo(wanted.loss, 3);
      expect(wanted.loss).toBeLessThan(1.05); // log 3 at the start: it has learnt something
      found.probabilities.forEach((probability, i) => expect(probability).toBeCloseTo(wanted.probabilities[i]!, 3));
      expect(
        (await lastValueFrom(model.predictBatch(validation))).every(
          (probability, i) => Math.abs(probability - found.probabilities[i]!) < 1e-5,
        ),
      ).toBe(true);
      expected.dispose();
      model.dispose();
    },
    120_000,
  );

  const config = classifierConfig({
    cell: 'gru',
    vocabularySize: VOCABULARY,
    classes: 3,
    embeddingDim: 6,
    hiddenDim: 8,
    fcDim: 5,
  });
  const many = (side: string, epoch: number): readonly LabelledBatch[] =>
    Array.from({ length: side === 'train' ? 6 : 2 }, (_, i) => batchOf(100 * epoch + i));

  it('gives the weights as they are when it is asked, whatever steps follow', async () => {
    const model = deferredClassifier(config, { seed: 5 });
    const reference = classifier(config, { seed: 5, backend: 'reference' });
    const context = { epoch: 1, step: 0, learningRate: 1e-2 };
    reference.trainBatch(batchOf(1), context);
    // All three join the queue before the first of them has been answered.
    const [, state] = await Promise.all(
      [
        model.trainBatch(batchOf(1), context),
        model.stateDict(),
        model.trainBatch(batchOf(2), { ...context, step: 1 }),
      ].map((answer$) => lastValueFrom<unknown>(answer$)),
    );
    for (const [name, { shape, data }] of reference.stateDict())
      expectValuesClose(name, (state as StateDict).get(name)!, { shape, data }, 1e-4);
    const later = await lastValueFrom(model.stateDict());
    expect(later.get('fc2.bias')!.data).not.toEqual((state as StateDict).get('fc2.bias')!.data);

    model.loadStateDict(state as StateDict);
    expect((await lastValueFrom(model.stateDict())).get('fc2.bias')).toEqual((state as StateDict).get('fc2.bias'));
    expect(() => model.loadStateDict(new Map())).toThrow(expect.objectContaining({ code: 'HW_ARTIFACT' }));
    model.dispose();
    reference.dispose();
  });

  it('is trained by fit as the embedded classifier is, and leaves no tensor behind', async () => {
    const source = (): BatchSource => ({
      rows: { train: 48, validation: 16, test: 0 },
      batches: (side, epoch) => from(many(side, side === 'train' ? epoch : 9)),
    });
    const losses = (model: Trainable | DeferredTrainable): Promise<readonly number[]> =>
      lastValueFrom(
        of(source()).pipe(
          fit(model, { epochs: 3, learningRate: 5e-3 }),
          filter((event) => event.type === 'epoch'),
          map(({ validationLoss }) => validationLoss),
          toArray(),
        ),
      );
    const reference = classifier(config, { seed: 5, backend: 'reference' });
    const wanted = await losses(reference);
    reference.dispose();
    const before = tf.memory().numTensors;
    const model = deferredClassifier(config, { seed: 5 });
    const found = await losses(model);
    model.dispose();
    found.forEach((loss, epoch) => expect(loss).toBeCloseTo(wanted[epoch]!, 3));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses what does not fit, and to go on once it is disposed of', async () => {
    const model = deferredClassifier(config, { seed: 5 });
    await expect(
      lastValueFrom(model.predictBatch({ ...batchOf(1), tokens: new Int32Array(56).fill(VOCABULARY) })),
    ).rejects.toMatchObject({ code: 'HW_USAGE' });
    model.dispose();
    await expect(lastValueFrom(model.predictBatch(batchOf(1)))).rejects.toMatchObject({
      code: 'HW_USAGE',
      message: expect.stringContaining('disposed') as unknown,
    });
    expect(() => classifier(config, { seed: 5, backend: 'webgpu' })).toThrow(
      expect.objectContaining({ code: 'HW_USAGE', message: expect.stringContaining('deferredClassifier') as unknown }),
    );
  });

  it('refuses a loss that is no number', async () => {
    const model = deferredClassifier(config, { seed: 5 });
    const state = await lastValueFrom(model.stateDict());
    model.loadStateDict(new Map(state).set('fc1.bias', { shape: [5], data: new Float32Array(5).fill(NaN) }));
    await expect(
      lastValueFrom(model.trainBatch(batchOf(1), { epoch: 1, step: 7, learningRate: 1e-3 })),
    ).rejects.toMatchObject({ code: 'HW_NUMERIC', message: expect.stringContaining('step 7') as unknown });
    await expect(lastValueFrom(model.predictBatch(batchOf(1)))).rejects.toMatchObject({ code: 'HW_NUMERIC' });
    model.dispose();
  });
});

describeOnWebgpu('a device that is lost in the middle of an epoch', () => {
  it('ends the training with a typed error; the best weights that were read are intact, and another device can be had', async () => {
    const config = classifierConfig({
      cell: 'gru',
      vocabularySize: VOCABULARY,
      classes: 3,
      embeddingDim: 6,
      hiddenDim: 8,
      fcDim: 5,
    });
    const model = deferredClassifier(config, { seed: 5 });
    const validation = batchOf(900);
    const source: BatchSource = {
      rows: { train: 48, validation: 8, test: 0 },
      batches: (side, epoch) =>
        side === 'validation'
          ? of(validation)
          : range(0, 6).pipe(
              map((i) => {
                if (epoch === 2 && i === 2) loseDevice();
                return batchOf(100 * epoch + i);
              }),
            ),
    };
    let best: StateDict | undefined;
    let loss = NaN;
    const training$ = of(source).pipe(
      fit(model, { epochs: 3, learningRate: 5e-3 }),
      filter((event) => event.type === 'epoch'),
      concatMap((event) =>
        event.improved
          ? model.stateDict().pipe(tap((weights) => ((best = weights), (loss = event.validationLoss))))
          : EMPTY,
      ),
    );
    await expect(lastValueFrom(training$)).rejects.toMatchObject({
      code: 'HW_BACKEND',
      message: expect.stringMatching(/device .+ --backend headwater/) as unknown,
    });
    await expect(lastValueFrom(model.stateDict())).rejects.toMatchObject({
      code: 'HW_BACKEND',
      message: expect.stringContaining('was lost') as unknown,
    });
    model.dispose();

    const saved = classifier(config, { seed: 0, backend: 'reference', weights: best });
    expect(saved.evaluateBatch(validation).loss).toBeCloseTo(loss, 4);
    saved.dispose();

    const again = await selectBackend('webgpu')();
    expect(again).toMatchObject({ _tag: 'Right', right: { name: 'webgpu' } });
    const next = deferredClassifier(config, { seed: 5, weights: best });
    expect((await lastValueFrom(next.evaluateBatch(validation))).loss).toBeCloseTo(loss, 3);
    next.dispose();
  });
});
