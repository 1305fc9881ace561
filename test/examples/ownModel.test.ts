import { memory } from '@tensorflow/tfjs-core';
import { from, lastValueFrom } from 'rxjs';
import { beforeAll, expect, test } from 'vitest';
import { meanModel, ownModel } from '../../examples/ownModel.js';
import type { LabelledBatch } from '../../src/contracts/rows/PaddedBatch.js';
import { registerOps } from '../../src/ops/registerOps.js';
import { labelledBatch } from '../../src/testing/labelledBatch.js';
import { expectClose } from '../expectClose.js';
import { nowhere, sampleRows } from './headlines.js';

beforeAll(() => registerOps({ stockGradients: true }));

const start = { epoch: 1, step: 0, learningRate: 0 };

test('fit trains it, and it is better than chance on rows that it has not seen', async () => {
  const before = memory().numTensors;
  const report = await lastValueFrom(
    ownModel(from(sampleRows(500)), { epochs: 4, learningRate: 2e-2, show: { stream: nowhere() } }),
  );
  expect(memory().numTensors).toBe(before);
  expect(report.performance.overall.f1).toBeGreaterThan(0.5);
});

test('a row counts for what it is, whatever the length of its batch mates and the order of its words', () => {
  const model = meanModel({ vocabularySize: 10, classes: 2, width: 4 });
  const alone = model.predictBatch({
    size: 1,
    time: 2,
    tokens: Int32Array.of(3, 5),
    lengths: Int32Array.of(2),
    ids: Int32Array.of(0),
  });
  const among = model.predictBatch({
    size: 2,
    time: 4,
    tokens: Int32Array.of(5, 3, 0, 0, 7, 7, 8, 9),
    lengths: Int32Array.of(2, 4),
    ids: Int32Array.of(0, 1),
  });
  expectClose(among.slice(0, 2), alone, 1e-6);
  expect(Math.abs((among[2] ?? 0) - (among[0] ?? 0))).toBeGreaterThan(1e-5);
  model.dispose();
});

test('its gradient goes through the mean: it learns by heart what only the embeddings can tell', () => {
  const batch: LabelledBatch = {
    size: 3,
    time: 2,
    tokens: Int32Array.of(2, 3, 4, 0, 3, 2),
    lengths: Int32Array.of(2, 1, 2),
    ids: Int32Array.of(0, 1, 2),
    labels: Int32Array.of(0, 1, 0),
  };
  const model = meanModel({ vocabularySize: 6, classes: 2, width: 3 });
  const before = model.stateDict();
  for (let step = 0; step < 60; step++) model.trainBatch(batch, { epoch: 1, step, learningRate: 0.1 });
  expect(model.evaluateBatch(batch).loss).toBeLessThan(0.02);

  const row = (state: typeof before, token: number) =>
    Array.from(state.get('embeddings')?.data.slice(token * 3, token * 3 + 3) ?? []);
  expect(row(model.stateDict(), 2)).not.toEqual(row(before, 2));
  expect(row(model.stateDict(), 5)).toEqual(row(before, 5)); // no row has it
  expect(row(model.stateDict(), 0)).toEqual(row(before, 0)); // the padding
  model.dispose();
});

test('its state can be taken and given back, and a step makes no tensor that stays', () => {
  const batch = labelledBatch({ seed: 3, size: 6, vocabulary: 20, classes: 3 });
  const model = meanModel({ vocabularySize: 20, classes: 3, classWeights: Float32Array.of(1, 0.5, 0.25) });
  const loss = model.trainBatch(batch, start).loss;
  const state = model.stateDict();
  const tensors = memory().numTensors;
  model.trainBatch(batch, { ...start, learningRate: 0.1 });
  expect(model.evaluateBatch(batch).loss).not.toBe(loss);
  model.loadStateDict(state);
  expect(model.evaluateBatch(batch).loss).toBe(loss);
  expect(memory().numTensors).toBe(tensors);
  model.dispose();
});

test('it refuses a state with other names or shapes than its own, and stays as it is', () => {
  const model = meanModel({ vocabularySize: 6, classes: 2, width: 3 });
  const state = model.stateDict();
  const bias = { shape: [2], data: Float32Array.of(1, 2) };
  const missing = new Map([...state].filter(([name]) => name !== 'embeddings'));
  const refused = (weights: typeof state, what: string): void =>
    expect(() => model.loadStateDict(weights)).toThrow(
      expect.objectContaining({ code: 'HW_ARTIFACT', message: expect.stringContaining(what) as unknown }),
    );
  refused(new Map([...state, ['bias', bias], ['scale', bias]]), 'it has no scale');
  refused(new Map([...missing, ['bias', bias]]), 'embeddings is missing');
  refused(
    new Map([...state, ['bias', { shape: [3], data: Float32Array.of(1, 2, 3) }]]),
    'bias should be of shape [2], but is [3]',
  );
  expect(model.stateDict()).toEqual(state);
  model.dispose();
});
