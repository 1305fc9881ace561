import { describe, expect, it } from 'vitest';
import type { OnlineModel, ScoredTokens } from '../../../src/contracts/live/Learning.js';
import type { PaddedBatch } from '../../../src/contracts/rows/PaddedBatch.js';
import { modelSlot } from '../../../src/operators/learning/modelSlot.js';
import { recordingModel } from '../../../src/testing/recordingModel.js';

/** Rows that the model in use got right or wrong; each is of class 0 and has one token. */
const rows = (version: number, ...correct: readonly boolean[]): readonly ScoredTokens[] =>
  correct.map((right, i) => ({ tokens: Int32Array.of(10 + i), label: 0, correct: right, version }));

/** A model that gets everything right, or wrong. */
const always = (name: string, right: boolean) =>
  recordingModel({ name, probabilities: () => (right ? [1, 0] : [0, 1]) });

/** A model that gets a share of the rows right as long as it has made so many steps: a stand-in for weights. */
const bySteps = (rightAt: (steps: number, batch: PaddedBatch, row: number) => boolean) => {
  const model = recordingModel({ probabilities: (batch, row) => (rightAt(model.steps, batch, row) ? [1, 0] : [0, 1]) });
  return model;
};

const train = (model: OnlineModel): void =>
  void model.trainBatch(
    {
      size: 1,
      time: 1,
      tokens: Int32Array.of(1),
      lengths: Int32Array.of(1),
      ids: Int32Array.of(0),
      labels: Int32Array.of(0),
    },
    { epoch: 1, step: 0, learningRate: 1 },
  );

describe('modelSlot', () => {
  it('puts a swapped model into use at once, and sets it back after N rows where it did worse', () => {
    const [old, candidate] = [always('old', true), always('candidate', false)];
    const slot = modelSlot(old, { trialRows: 4 });
    slot.swap(candidate);
    expect(slot.current).toBe(candidate);
    expect(slot.score(rows(slot.version, true, false, false))).toBeUndefined();
    expect(slot.current).toBe(candidate);
    expect(slot.score(rows(slot.version, true))).toEqual({
      type: 'rolled-back',
      after: 'swapped',
      rows: 4,
      accuracy: 0.5,
      accuracyBefore: 1,
    });
    expect(slot.current).toBe(old);
  });

  it('keeps one that did no worse', () => {
    const [old, candidate] = [always('old', false), always('candidate', true)];
    const slot = modelSlot(old, { trialRows: 2 });
    slot.swap(candidate);
    expect(slot.score(rows(slot.version, true, false))).toEqual({
      type: 'confirmed',
      after: 'swapped',
      rows: 2,
      accuracy: 0.5,
      accuracyBefore: 0,
    });
    expect(slot.current).toBe(candidate);
  });

  it.each([
    [0.25, 'confirmed'],
    [0.24, 'rolled-back'],
  ])('stands a difference of a quarter at a tolerance of %d: %s', (tolerance, type) => {
    const slot = modelSlot(always('old', true), { trialRows: 4, tolerance });
    slot.swap(always('candidate', true));
    expect(slot.score(rows(slot.version, true, true, true, false))?.type).toBe(type);
  });

  it('fills the rows of the trial up with the padding token that it is told of, for a model that reads it', () => {
    const old = always('old', true);
    const slot = modelSlot(old, { trialRows: 2 });
    slot.swap(always('candidate', true));
    const uneven = [Int32Array.of(5, 6, 7), Int32Array.of(8)].map((tokens) => ({
      tokens,
      label: 0,
      correct: true,
      version: slot.version,
    }));
    slot.score(uneven, 3);
    expect(old.predicted.map(({ tokens }) => [...tokens])).toEqual([[5, 6, 7, 8, 3, 3]]);
  });

  it('counts no row that was predicted before the trial began', () => {
    const slot = modelSlot(always('old', true), { trialRows: 2 });
    const earlier = slot.version;
    slot.swap(always('candidate', true));
    expect(slot.score(rows(earlier, false, false, false))).toBeUndefined();
    expect(slot.score(rows(slot.version, true, true))).toMatchObject({ type: 'confirmed', rows: 2, accuracy: 1 });
  });

  it('sets a model back that has learnt and does worse for it, its optimizer too', () => {
    const model = bySteps((steps) => steps === 0);
    const slot = modelSlot(model, { trialRows: 2 });
    train(model);
    expect(slot.score(rows(slot.version, false, false))).toEqual({
      type: 'rolled-back',
      after: 'learnt',
      rows: 2,
      accuracy: 0,
      accuracyBefore: 1,
    });
    expect(model.steps).toBe(0);
    const loads = model.calls.filter((call) => call.type === 'load' || call.type === 'load-optimizer');
    expect(loads.map(({ type, state }) => [type, ...[...state.values()].map(({ data }) => data[0])])).toEqual([
      ['load', 0],
      ['load-optimizer', 0],
    ]);
  });

  it('leaves a model that has learnt and does better as it is, and compares with that from then on', () => {
    const model = bySteps((steps) => steps > 0);
    const slot = modelSlot(model, { trialRows: 2 });
    train(model);
    expect(slot.score(rows(slot.version, true, true))).toEqual({
      type: 'confirmed',
      after: 'learnt',
      rows: 2,
      accuracy: 1,
      accuracyBefore: 0,
    });
    expect(model.steps).toBe(1);
    train(model);
    expect(slot.score(rows(slot.version, false))).toBeUndefined();
    expect(slot.score(rows(slot.version, true))).toMatchObject({ type: 'rolled-back', rows: 2, accuracyBefore: 1 });
    expect(model.steps).toBe(1);
  });

  it('finds a model that gets worse by less than the tolerance in each trial', () => {
    const model = bySteps((steps, _batch, row) => row < 4 - steps);
    const slot = modelSlot(model, { trialRows: 4, tolerance: 0.25 });
    train(model);
    expect(slot.score(rows(slot.version, true, true, true, false))).toMatchObject({
      type: 'confirmed',
      accuracy: 0.75,
      accuracyBefore: 1,
    });
    train(model);
    expect(slot.score(rows(slot.version, true, true, false, false))).toMatchObject({
      type: 'rolled-back',
      accuracy: 0.5,
      accuracyBefore: 1,
    });
    expect(model.steps).toBe(0);
  });

  it('goes on comparing with the same model after it was set back', () => {
    const model = bySteps((steps) => steps === 0);
    const slot = modelSlot(model, { trialRows: 1 });
    for (let trial = 0; trial < 3; trial++) {
      train(model);
      expect(slot.score(rows(slot.version, false))?.type).toBe('rolled-back');
      expect(model.steps).toBe(0);
    }
  });

  it('compares a second candidate with the last model that stood its trial', () => {
    const [old, first, second] = [always('old', true), always('first', false), always('second', false)];
    const slot = modelSlot(old, { trialRows: 1 });
    slot.swap(first);
    slot.swap(second);
    expect(slot.score(rows(slot.version, false))?.type).toBe('rolled-back');
    expect(slot.current).toBe(old);
  });

  it('ends the trial where the model before is swapped in again by hand', () => {
    const [old, candidate] = [always('old', true), always('candidate', false)];
    const slot = modelSlot(old, { trialRows: 1 });
    slot.swap(candidate);
    slot.swap(old);
    expect(slot.score(rows(slot.version, true))).toMatchObject({ type: 'confirmed', after: 'learnt' });
    expect(slot.current).toBe(old);
  });

  it('renews tokens in the model in use and in the one before, whichever kind it is', () => {
    const [old, candidate] = [always('old', true), always('candidate', true)];
    const slot = modelSlot(old, { trialRows: 1 });
    slot.renewTokens([5], 1);
    expect(slot.score(rows(slot.version, true))?.type).toBe('confirmed');
    // Once in the weights in use, and once in those that were saved before.
    expect(old.calls.filter(({ type }) => type === 'renew')).toEqual([
      { type: 'renew', tokens: [5], like: 1 },
      { type: 'renew', tokens: [5], like: 1 },
    ]);
    // Those saved since then have it.
    expect(slot.score(rows(slot.version, true))?.type).toBe('confirmed');
    expect(old.calls.filter(({ type }) => type === 'renew')).toHaveLength(2);
    slot.swap(candidate);
    slot.renewTokens([6], 1);
    for (const model of [old, candidate])
      expect(model.calls.filter(({ type }) => type === 'renew').at(-1)).toEqual({
        type: 'renew',
        tokens: [6],
        like: 1,
      });
    slot.renewTokens([], 1);
    expect(candidate.calls.filter(({ type }) => type === 'renew')).toHaveLength(1);
  });

  it('forgets rows of a trial whose tokens stand for other words now', () => {
    const slot = modelSlot(always('old', true), { trialRows: 3 });
    expect(slot.score(rows(slot.version, false, true))).toBeUndefined();
    slot.renewTokens([10], 1);
    expect(slot.score(rows(slot.version, true))).toBeUndefined();
    expect(slot.score(rows(slot.version, true))).toMatchObject({ rows: 3, accuracy: 1 });
  });

  it('leaves the model as it is when the one before cannot be measured', () => {
    const thrown = new Error('damaged');
    const model = recordingModel({
      probabilities: () => {
        throw thrown;
      },
    });
    const slot = modelSlot(model, { trialRows: 1 });
    train(model);
    expect(() => slot.score(rows(slot.version, false))).toThrow(thrown);
    expect(model.steps).toBe(1);
  });

  it('holds no trials when N is Infinity', () => {
    const old = always('old', true);
    const slot = modelSlot(old, { trialRows: Infinity });
    const earlier = slot.version;
    slot.swap(always('candidate', false));
    expect(slot.version).toBeGreaterThan(earlier);
    expect(slot.score(rows(slot.version, false, false, false))).toBeUndefined();
    expect(old.calls).toEqual([]);
  });

  it('refuses a model of other classes, and options that cannot work', () => {
    const usage = expect.objectContaining({ code: 'HW_USAGE' }) as unknown;
    expect(() => modelSlot(recordingModel()).swap(recordingModel({ classes: 3 }))).toThrow(usage);
    for (const options of [
      { trialRows: 0 },
      { trialRows: 1.5 },
      { tolerance: -0.1 },
      { tolerance: 1.1 },
      { tolerance: NaN },
    ])
      expect(() => modelSlot(recordingModel(), options)).toThrow(usage);
  });
});
