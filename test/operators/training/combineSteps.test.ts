import { describe, expect, it } from 'vitest';
import type { EpochResult, TrainingState, TrainingStep } from '../../../src/contracts/training/TrainingState.js';
import { combineSteps } from '../../../src/operators/training/combineSteps.js';
import { earlyStopping } from '../../../src/operators/training/earlyStopping.js';
import { initialTrainingState } from '../../../src/operators/training/initialTrainingState.js';
import { limitEpochs } from '../../../src/operators/training/limitEpochs.js';
import { recordEpochBy } from '../../../src/operators/training/recordEpochBy.js';
import { recordEpoch } from '../../../src/operators/training/recordEpoch.js';

const result = (epoch: number, validationLoss: number): EpochResult => ({ epoch, trainLoss: 1, validationLoss });
const initial = initialTrainingState();

describe('initialTrainingState', () => {
  it('has measured nothing, and the lesson’s learning rate by default', () => {
    expect(initial).toEqual({
      epoch: 0,
      learningRate: 1e-4,
      best: { epoch: 0, loss: Infinity },
      patience: Infinity,
      plateau: { best: Infinity, badEpochs: 0, cooldown: 0 },
      stop: undefined,
    });
    expect(initialTrainingState({ learningRate: 1 }).learningRate).toBe(1);
  });
});

describe('recordEpoch', () => {
  it('counts the epoch, and remembers it where its loss is strictly the lowest', () => {
    const first = recordEpoch(initial, result(1, 0.5));
    expect(first).toEqual({ ...initial, epoch: 1, best: { epoch: 1, loss: 0.5 } });
    expect(recordEpoch(first, result(2, 0.5))).toEqual({ ...first, epoch: 2 });
    expect(recordEpoch(first, result(2, NaN))).toEqual({ ...first, epoch: 2 });
    expect(recordEpoch(first, result(2, 0.25))).toEqual({ ...first, epoch: 2, best: { epoch: 2, loss: 0.25 } });
  });

  it('does not count an epoch twice, so a step’s own choice of the best stands', () => {
    const chosen: TrainingState = { ...initial, epoch: 2, best: { epoch: 1, loss: 0.75 } };
    expect(recordEpoch(chosen, result(2, 0.5))).toBe(chosen);
  });
});

describe('recordEpochBy', () => {
  const scored = (epoch: number, validationLoss: number, score: number): EpochResult => ({
    ...result(epoch, validationLoss),
    validationAccuracy: score,
    validationMacroF1: score / 2,
  });

  it('is recordEpoch for the loss', () => {
    expect(recordEpochBy('loss')).toBe(recordEpoch);
  });

  it.each([
    ['accuracy', 1],
    ['macro-f1', 0.5],
  ] as const)('takes the highest %s for the best, and the lower loss of equals', (monitor, share) => {
    const record = recordEpochBy(monitor);
    const first = record(initial, scored(1, 0.5, 0.5));
    expect(first.best).toEqual({ epoch: 1, loss: 0.5, score: 0.5 * share });
    expect(record(first, scored(2, 0.25, 0.25)).best).toBe(first.best);
    expect(record(first, scored(2, 0.5, 0.5)).best).toBe(first.best);
    expect(record(first, scored(2, 0.25, 0.5)).best).toEqual({ epoch: 2, loss: 0.25, score: 0.5 * share });
    expect(record(first, scored(2, 0.75, 0.75)).best).toEqual({ epoch: 2, loss: 0.75, score: 0.75 * share });
    expect(record(first, scored(1, 0.25, 1))).toBe(first);
  });

  it('takes an epoch for no better whose score or loss is no number', () => {
    const record = recordEpochBy('accuracy');
    expect(record(initial, scored(1, 0.5, NaN)).best.epoch).toBe(0);
    expect(record(initial, scored(1, NaN, 1)).best.epoch).toBe(0);
    expect(record(initial, result(1, 0.5))).toEqual({ ...initial, epoch: 1 });
  });

  it('refuses another figure', () => {
    expect(() => recordEpochBy('f1' as 'accuracy')).toThrow(/recordEpochBy: monitor/);
  });
});

describe('combineSteps', () => {
  it('lets early stopping wait for the figure that is monitored', () => {
    const step = combineSteps([earlyStopping({ patience: 1 })], 'accuracy');
    const first = step(initial, { ...result(1, 0.5), validationAccuracy: 0.5 });
    expect(step(first, { ...result(2, 0.9), validationAccuracy: 0.6 }).stop).toBeUndefined();
    expect(step(first, { ...result(2, 0.1), validationAccuracy: 0.4 }).stop).toBe('patience');
  });

  it('records the epoch, then makes the steps in their order', () => {
    const noting: TrainingStep = (state, { epoch }) => ({ ...state, learningRate: state.best.epoch === epoch ? 1 : 2 });
    const doubling: TrainingStep = (state) => ({ ...state, learningRate: state.learningRate * 2 });
    const step = combineSteps([noting, doubling]);
    const first = step(initial, result(1, 0.5));
    expect(first).toEqual({ ...initial, epoch: 1, best: { epoch: 1, loss: 0.5 }, learningRate: 2 });
    expect(step(first, result(2, 0.75)).learningRate).toBe(4);
  });

  it('records the epoch where there are no steps', () => {
    expect(combineSteps([])(initial, result(1, 0.5))).toEqual(recordEpoch(initial, result(1, 0.5)));
  });
});

describe('limitEpochs', () => {
  it('ends a training at its last epoch, and not before', () => {
    expect(limitEpochs(2)(initial, result(1, 1)).stop).toBeUndefined();
    expect(limitEpochs(2)(initial, result(2, 1)).stop).toBe('epochs');
  });

  it('lets patience be the reason where both end it', () => {
    const step = combineSteps([earlyStopping({ patience: 1 }), limitEpochs(1)]);
    expect(step(initial, result(1, NaN)).stop).toBe('patience');
  });

  it.each([0, 2.5, Infinity, NaN])('refuses %d epochs', (epochs) => {
    expect(() => limitEpochs(epochs)).toThrow(
      expect.objectContaining({
        code: 'HW_USAGE',
        message: expect.stringMatching(/^limitEpochs: epochs is/) as unknown,
      }),
    );
  });
});
