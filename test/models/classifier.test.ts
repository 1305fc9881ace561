import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LabelledBatch } from '../../src/contracts/rows/PaddedBatch.js';
import { random } from '../../src/contracts/random.js';
import type { StateDict } from '../../src/contracts/models/StateDict.js';
import type { Classifier } from '../../src/models/classifier.js';
import type { ClassifierSettings } from '../../src/models/ClassifierSettings.js';
import { classifier } from '../../src/models/classifier.js';
import type { Cell } from '../../src/models/ClassifierConfig.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { initialWeights } from '../../src/models/internal/initialWeights.js';
import { encodeSafetensors } from '../../src/models/artifacts/safetensors.js';
import { expectClose } from '../expectClose.js';
import { tensorflow } from '../tensorflow.js';

const sizes = { vocabularySize: 30, classes: 3, embeddingDim: 5, hiddenDim: 4, fcDim: 6 };
const CELLS: readonly Cell[] = ['rnn', 'gru', 'lstm'];

/** Rows whose label can be told by any of their tokens. */
const batchOf = (size: number, seed: number): LabelledBatch => {
  const draws = random(seed, 'test');
  const lengths = Int32Array.from({ length: size }, () => 1 + draws.below(6));
  const time = Math.max(...lengths);
  const labels = Int32Array.from({ length: size }, () => draws.below(3));
  const tokens = Int32Array.from({ length: size * time }, (_, i) =>
    i % time < lengths[Math.floor(i / time)]! ? 1 + 3 * draws.below(9) + labels[Math.floor(i / time)]! : 0,
  );
  return { size, time, tokens, lengths, ids: Int32Array.from({ length: size }, (_, row) => row), labels };
};

/** One row of a batch, alone and without its padding. */
const alone = (batch: LabelledBatch, row: number): LabelledBatch => {
  const length = batch.lengths[row]!;
  return {
    size: 1,
    time: length,
    tokens: batch.tokens.slice(row * batch.time, row * batch.time + length),
    lengths: Int32Array.of(length),
    ids: Int32Array.of(row),
    labels: batch.labels.slice(row, row + 1),
  };
};

const train = (model: Classifier, steps: number, from = 0): number[] =>
  Array.from(
    { length: steps },
    (_, i) => model.trainBatch(batchOf(16, from + i), { epoch: 1, step: from + i, learningRate: 0.01 }).loss,
  );

const bytes = (state: StateDict): string => Buffer.from(encodeSafetensors(state)).toString('base64');

const make = (
  cell: Cell = 'gru',
  settings: Partial<ClassifierSettings> = {},
  options: Partial<Parameters<typeof classifierConfig>[0]> = {},
) => classifier(classifierConfig({ ...sizes, cell, ...options }), { seed: 7, ...settings });

beforeEach(async () => {
  await tf.setBackend('cpu');
});

describe('classifier', () => {
  it.each(CELLS)('learns with the cell %s', (cell) => {
    const model = make(cell);
    const batch = batchOf(50, 1000);
    expect(model.evaluateBatch(batch).loss).toBeGreaterThan(0.8);
    train(model, 120);
    const { loss, weight, probabilities } = model.evaluateBatch(batch);
    expect(loss).toBeLessThan(0.3);
    expect(weight).toBe(50);
    expect(probabilities).toHaveLength(150);
    for (let row = 0; row < 50; row++)
      expectClose([probabilities.subarray(row * 3, row * 3 + 3).reduce((sum, p) => sum + p, 0)], [1], 1e-6);
    model.dispose();
  });

  it('tells its name, by default its cell', () => {
    const models = [make('lstm'), make('gru', { name: 'small gru' })];
    expect(models.map(({ name }) => name)).toEqual(['lstm', 'small gru']);
    expect(models.map(({ classes, backend, config }) => [classes, backend, config.cell])).toEqual([
      [3, 'headwater', 'lstm'],
      [3, 'headwater', 'gru'],
    ]);
    for (const model of models) model.dispose();
  });

  it.each(CELLS)("gives a row's probabilities whatever its batch mates (%s)", (cell) => {
    const model = make(cell, {}, { bidirectional: true });
    const batch = batchOf(9, 3);
    const together = model.predictBatch(batch);
    for (let row = 0; row < 9; row++)
      expectClose(model.predictBatch(alone(batch, row)), together.subarray(row * 3, row * 3 + 3), 1e-6);
    model.dispose();
  });

  it("reads the padding backwards with overPadding, as the lesson's does: there batch mates matter", () => {
    const model = make('gru', {}, { overPadding: true });
    const batch = batchOf(9, 3);
    const row = batch.lengths.indexOf(Math.min(...batch.lengths));
    expect(batch.lengths[row]).toBeLessThan(batch.time);
    const apart = model.predictBatch(alone(batch, row));
    const together = model.predictBatch(batch).subarray(row * 3, row * 3 + 3);
    expect(Math.max(...apart.map((p, c) => Math.abs(p - together[c]!)))).toBeGreaterThan(1e-4);
    model.dispose();
  });

  it('measures the same loss in training as in evaluation where nothing is dropped, and another where something is', () => {
    const batch = batchOf(16, 3);
    for (const [dropout, same] of [
      [0, true],
      [0.5, false],
    ] as const) {
      const model = make('gru', { classWeights: Float32Array.of(0.5, 2, 1) }, { dropout });
      const evaluated = model.evaluateBatch(batch);
      const trained = model.trainBatch(batch, { epoch: 1, step: 0, learningRate: 0 });
      expect(trained.weight).toBe(evaluated.weight);
      expect(trained.weight).toBe(batch.labels.reduce((sum, label) => sum + [0.5, 2, 1][label]!, 0));
      expect(trained.loss === evaluated.loss).toBe(same);
      model.dispose();
    }
  });

  it('changes nothing in evaluation and prediction', () => {
    const model = make();
    train(model, 2);
    const before = [bytes(model.stateDict()), bytes(model.optimizerState())];
    model.evaluateBatch(batchOf(16, 3));
    model.predictBatch(batchOf(16, 3));
    model.logits(batchOf(16, 3));
    expect([bytes(model.stateDict()), bytes(model.optimizerState())]).toEqual(before);
    model.dispose();
  });

  it('leaves the padding token at zero', () => {
    const model = make('gru', {}, { overPadding: true });
    train(model, 5);
    const embeddings = model.stateDict().get('embeddings.weight')!.data;
    expect([...embeddings.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0]);
    expect([...embeddings.subarray(5, 10)]).not.toContain(0);
    model.dispose();
  });
});

describe('determinism', () => {
  it.each(CELLS)('equal seeds give equal bytes, other seeds others (%s)', (cell) => {
    const [first, second, other] = [make(cell), make(cell), make(cell, { seed: 8 })];
    for (const model of [first, second, other]) train(model, 4);
    expect(bytes(first.stateDict())).toBe(bytes(second.stateDict()));
    expect(bytes(first.stateDict())).not.toBe(bytes(other.stateDict()));
    for (const model of [first, second, other]) model.dispose();
  });

  it('goes on from saved weights and optimizer state with the same bits, dropout included', () => {
    const whole = make();
    train(whole, 6);
    const first = make();
    train(first, 3);
    const second = make('gru', { weights: first.stateDict() });
    second.loadOptimizerState(first.optimizerState());
    train(second, 3, 3);
    expect(bytes(second.stateDict())).toBe(bytes(whole.stateDict()));
    expect(bytes(second.optimizerState())).toBe(bytes(whole.optimizerState()));
    for (const model of [whole, first, second]) model.dispose();
  });

  it('drops by seed, epoch and step, not by what was drawn before', () => {
    const batch = batchOf(16, 3);
    const lossAt = (epoch: number, step: number): number => {
      const model = make('gru', {}, { dropout: 0.5 });
      const { loss } = model.trainBatch(batch, { epoch, step, learningRate: 0.01 });
      model.dispose();
      return loss;
    };
    expect(lossAt(1, 5)).toBe(lossAt(1, 5));
    expect(new Set([lossAt(1, 5), lossAt(1, 6), lossAt(2, 5)]).size).toBe(3);
  });
});

describe('weights', () => {
  it('are copied on the way in and out', () => {
    const weights = initialWeights(classifierConfig(sizes), 1);
    const start = bytes(weights);
    const model = make('gru', { weights });
    const out = model.stateDict();
    expect(bytes(out)).toBe(start);
    train(model, 1);
    expect(bytes(weights)).toBe(start);
    expect(bytes(out)).toBe(start);
    model.loadStateDict(weights);
    train(model, 1);
    expect(bytes(weights)).toBe(start);
    model.dispose();
  });

  it('are replaced without the optimizer forgetting', () => {
    const model = make();
    train(model, 3);
    const before = bytes(model.optimizerState());
    const other = initialWeights(model.config, 99);
    model.loadStateDict(other);
    expect(bytes(model.stateDict())).toBe(bytes(other));
    expect(bytes(model.optimizerState())).toBe(before);
    model.dispose();
  });

  it('that do not fit are refused, and then nothing has changed', () => {
    const model = make();
    const before = bytes(model.stateDict());
    const other = initialWeights(classifierConfig({ ...sizes, fcDim: 7 }), 1);
    expect(() => model.loadStateDict(other)).toThrow(expect.objectContaining({ code: 'HW_ARTIFACT' }));
    expect(() => model.loadStateDict(other)).toThrow(/fc1\.weight should be of shape \[6, 8\], but is \[7, 8\]/);
    expect(() => model.loadStateDict(new Map())).toThrow(/missing/);
    expect(() => make('gru', { weights: other })).toThrow(expect.objectContaining({ code: 'HW_ARTIFACT' }));
    expect(bytes(model.stateDict())).toBe(before);
    model.dispose();
  });
});

describe('tensors', () => {
  it.each(['headwater', 'cpu', ...tensorflow])('of a step do not outlive it on %s', (backend) => {
    const before = tf.memory();
    const model = make('gru', { backend });
    const held = tf.memory();
    expect(held.numTensors - before.numTensors).toBe(13 * 3);
    train(model, 8);
    for (let i = 0; i < 4; i++) {
      model.evaluateBatch(batchOf(16, i));
      model.predictBatch(batchOf(16, i));
      model.logits(batchOf(16, i));
      model.loadStateDict(model.stateDict());
      model.loadOptimizerState(model.optimizerState());
    }
    expect(tf.memory().numTensors).toBe(held.numTensors);
    expect(tf.memory().numDataBuffers).toBe(held.numDataBuffers);
    expect(tf.memory().numBytes).toBe(held.numBytes);
    model.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    expect(() => model.predictBatch(batchOf(1, 1))).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => model.stateDict()).toThrow(/disposed/);
  });

  it('of a step that failed are freed too', () => {
    const model = make();
    const held = tf.memory();
    const batch = batchOf(4, 1);
    const wrong = [
      { ...batch, tokens: batch.tokens.map(() => 30) },
      { ...batch, lengths: batch.lengths.map(() => 0) },
      { ...batch, labels: batch.labels.map(() => 3) },
      { ...batch, labels: new Int32Array(3) },
    ];
    for (const misfit of wrong)
      expect(() => model.trainBatch(misfit, { epoch: 1, step: 0, learningRate: 0.01 })).toThrow(
        expect.objectContaining({ code: 'HW_USAGE' }),
      );
    expect(tf.memory().numTensors).toBe(held.numTensors);
    expect(tf.memory().numDataBuffers).toBe(held.numDataBuffers);
    model.dispose();
  });
});

describe('backends', () => {
  it('the current one is as it was after every step, also where the step fails', () => {
    for (const current of ['cpu', 'headwater']) {
      tf.setBackend(current).catch(() => undefined);
      const models = [make('gru'), make('gru', { backend: 'cpu' })];
      for (const model of models) {
        train(model, 1);
        model.loadStateDict(model.stateDict());
        expect(() => model.predictBatch({ ...batchOf(2, 1), tokens: Int32Array.of(99) })).toThrow(
          expect.objectContaining({ code: 'HW_USAGE' }),
        );
        expect(tf.getBackend()).toBe(current);
        model.dispose();
        expect(tf.getBackend()).toBe(current);
      }
    }
  });

  it.each(CELLS)('give the same training by kernels as by stock ops (%s)', (cell) => {
    const kernels = make(cell);
    const losses = train(kernels, 5);
    for (const backend of ['cpu', ...tensorflow]) {
      const stock = make(cell, { backend });
      expectClose(losses, train(stock, 5), 1e-5);
      const after = stock.stateDict();
      for (const [name, { data }] of kernels.stateDict()) expectClose(data, after.get(name)!.data, 1e-4);
      stock.dispose();
    }
    kernels.dispose();
  });

  it('that are not there are refused', () => {
    expect(() => make('gru', { backend: 'abacus' })).toThrow(expect.objectContaining({ code: 'HW_BACKEND' }));
  });
});

describe('numbers that are not finite', () => {
  const damaged = (): StateDict => {
    const weights = new Map(initialWeights(classifierConfig(sizes), 1));
    weights.set('fc2.bias', { shape: [3], data: Float32Array.of(0, NaN, 0) });
    return weights;
  };

  it('are refused as a loss, before they reach the weights', () => {
    const model = make('gru', { weights: damaged() });
    const before = bytes(model.stateDict());
    const step = () => model.trainBatch(batchOf(4, 1), { epoch: 2, step: 3, learningRate: 0.01 });
    expect(step).toThrow(expect.objectContaining({ code: 'HW_NUMERIC' }));
    expect(step).toThrow(/loss of "gru" in epoch 2, step 3 is NaN/);
    expect(bytes(model.stateDict())).toBe(before);
    expect(model.optimizerState().get('step')!.data[0]).toBe(0);
    model.dispose();
  });

  it('are refused as a probability and as a logit', () => {
    const model = make('gru', { weights: damaged() });
    for (const measure of [
      () => model.evaluateBatch(batchOf(4, 1)),
      () => model.predictBatch(batchOf(4, 1)),
      () => model.logits(batchOf(4, 1)),
    ])
      expect(measure).toThrow(expect.objectContaining({ code: 'HW_NUMERIC' }));
    model.dispose();
  });
});

it.each([
  ['too few', Float32Array.of(1, 1)],
  ['negative', Float32Array.of(1, 1, -1)],
])('class weights that are %s are refused at once', (_, classWeights) => {
  const before = tf.memory().numTensors;
  expect(() => make('gru', { classWeights })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  expect(tf.memory().numTensors).toBe(before);
});
