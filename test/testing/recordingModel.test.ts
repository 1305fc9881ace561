import { describe, expect, it } from 'vitest';
import { labelledBatch } from '../../src/testing/labelledBatch.js';
import { recordingModel } from '../../src/testing/recordingModel.js';

const batch = labelledBatch({ seed: 1, size: 2 });
const context = { epoch: 1, step: 0, learningRate: 1e-3 };

describe('recordingModel', () => {
  it('remembers every call in order, with what it was given', () => {
    const model = recordingModel();
    model.trainBatch(batch, context);
    model.evaluateBatch(batch);
    model.predictBatch(batch);
    const state = model.stateDict();
    model.loadStateDict(state);
    expect(model.calls).toEqual([
      { type: 'train', batch, context },
      { type: 'evaluate', batch, epoch: 1 },
      { type: 'predict', batch },
      { type: 'state' },
      { type: 'load', state },
    ]);
    expect([model.trained, model.evaluated, model.predicted]).toEqual([[batch], [batch], [batch]]);
    expect(model.trained[0]).toBe(batch);
    expect(model.contexts).toEqual([context]);
  });

  it('gives the train losses by step and the evaluation losses by epoch; the last serves all further', () => {
    const model = recordingModel({ losses: [3, 2], validationLosses: [0.75, 0.5] });
    expect([0, 1, 2].map((step) => model.trainBatch(batch, { ...context, step }).loss)).toEqual([3, 2, 2]);
    expect(model.evaluateBatch(batch).loss).toBe(0.75);
    model.trainBatch(batch, { ...context, epoch: 2 });
    expect([model.evaluateBatch(batch).loss, model.evaluateBatch(batch).loss]).toEqual([0.5, 0.5]);
    model.trainBatch(batch, { ...context, epoch: 9 });
    expect(model.evaluateBatch(batch).loss).toBe(0.5);
  });

  it('asks functions for losses, telling them batch, context and epoch', () => {
    const model = recordingModel({
      losses: ({ size }, { step }) => size * 10 + step,
      validationLosses: ({ size }, epoch) => size * 100 + epoch,
    });
    expect(model.evaluateBatch(batch).loss).toBe(200);
    expect(model.trainBatch(batch, { ...context, epoch: 3, step: 4 }).loss).toBe(24);
    expect(model.evaluateBatch(batch).loss).toBe(203);
  });

  it('weighs a batch by the classes of its rows', () => {
    const labelled = { ...batch, labels: Int32Array.of(1, 1) };
    expect(recordingModel().trainBatch(labelled, context)).toEqual({ loss: 1, weight: 2 });
    expect(recordingModel({ classWeights: [1, 0.25] }).evaluateBatch(labelled)).toMatchObject({ loss: 1, weight: 0.5 });
  });

  it('gives probabilities that sum to 1, by the first token or by a function', () => {
    const rows = { ...batch, time: 2, tokens: Int32Array.of(4, 0, 5, 7) };
    expect([...recordingModel({ classes: 3 }).predictBatch(rows)]).toEqual([0.125, 0.75, 0.125, 0.125, 0.125, 0.75]);
    expect([...recordingModel({ classes: 1 }).predictBatch(rows)]).toEqual([1, 1]);
    const asked = recordingModel({ probabilities: (_, row) => [row, 1 - row] });
    expect([...asked.evaluateBatch(rows).probabilities]).toEqual([0, 1, 1, 0]);
  });

  it('tells by its weights which step they are of, and goes back when they are loaded', () => {
    const model = recordingModel();
    model.trainBatch(batch, context);
    const first = model.stateDict();
    model.trainBatch(batch, { ...context, step: 1 });
    expect(model.steps).toBe(2);
    expect(first.get('steps')).toEqual({ shape: [1], data: Float32Array.of(1) });
    model.loadStateDict(first);
    expect(model.steps).toBe(1);
  });
});
