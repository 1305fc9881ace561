import { describe, expect, it } from 'vitest';
import type { WordEffect } from '../../src/contracts/live/Live.js';
import type { TrainingNews, TrainingSnapshot } from '../../src/contracts/training/TrainingView.js';
import { describeEffects } from '../../src/page/headlines/describeEffects.js';
import { describeMix, stackOf } from '../../src/page/charts/mix.js';
import { afterNews, pictureOf } from '../../src/page/training/trainingPicture.js';

const SNAPSHOT: TrainingSnapshot = {
  state: 'training',
  config: null,
  classes: [],
  split: null,
  epochs: 3,
  history: [],
  metrics: [],
  rejections: { total: 0, byReason: [], examples: [] },
  report: null,
  flow: [],
  lastEventId: null,
};

const started: TrainingNews = {
  type: 'training-started',
  model: 'gru',
  epochs: 3,
  rows: { train: 100, validation: 20, test: 20 },
};
const begun = (epoch: number): TrainingNews => ({
  type: 'epoch-started',
  model: 'gru',
  epoch,
  learningRate: 0.5 ** epoch,
});
const step = (epoch: number, number: number, rows = 10): TrainingNews => ({
  type: 'step',
  model: 'gru',
  epoch,
  step: number,
  rows,
  loss: 1 / (number + 1),
  weight: 10,
  rowsPerSecond: 100 * epoch,
});
const ended = (epoch: number, validationLoss: number, improved = true): TrainingNews => ({
  type: 'epoch',
  model: 'gru',
  epoch,
  trainLoss: 1,
  validationLoss,
  validationAccuracy: 0.5,
  validationMacroF1: 0.4,
  learningRate: 0.1,
  improved,
});

describe('the picture of a training', () => {
  it('is the same of a snapshot as of the events that it was made of', () => {
    const all = [started, begun(1), step(1, 0), step(1, 4), ended(1, 0.9), begun(2), step(2, 9), ended(2, 1.1, false)];
    const half = pictureOf({ ...SNAPSHOT, history: all.slice(0, 4) });
    expect(all.slice(4).reduce(afterNews, half)).toEqual(pictureOf({ ...SNAPSHOT, history: all }));
  });

  it('has each step where it stands between epochs, and each epoch once', () => {
    const { steps, epochs, epoch, learningRate, best } = pictureOf({
      ...SNAPSHOT,
      history: [
        started,
        begun(1),
        step(1, 0),
        step(1, 4),
        step(1, 9, 2),
        ended(1, 0.9),
        begun(2),
        step(2, 9, 20),
        ended(2, 1.1, false),
        ended(2, 1.2, false),
      ],
    });
    expect(steps.points.map(({ at }) => at)).toEqual([0.1, 0.5, 1, 2]);
    expect(epochs.map(({ validationLoss }) => validationLoss)).toEqual([0.9, 1.2]);
    expect({ epoch, learningRate, best }).toEqual({ epoch: 2, learningRate: 0.1, best: { epoch: 1, loss: 0.9 } });
  });

  it('goes from phase to phase', () => {
    const over: TrainingNews = {
      type: 'training-ended',
      model: 'gru',
      reason: 'patience',
      bestEpoch: 1,
      bestLoss: 0.5,
    };
    const phases = [started, begun(1), over].map(
      (
        (picture) => (news: TrainingNews) =>
          (picture = afterNews(picture, news)).phase
      )(pictureOf({ ...SNAPSHOT, state: 'preparing' })),
    );
    expect(phases).toEqual(['training', 'training', 'measuring']);
    expect(pictureOf({ ...SNAPSHOT, state: 'ended', history: [started] }).phase).toBe('ended');
  });

  it('keeps at most 2,000 steps, from the whole of the training', () => {
    let picture = pictureOf({
      ...SNAPSHOT,
      history: [{ ...started, rows: { train: 1_000_000, validation: 0, test: 0 } }],
    });
    for (let number = 0; number < 50_000; number++) {
      picture = afterNews(picture, step(1, number));
      if (number % 1000 === 0) expect(picture.steps.points.length).toBeLessThanOrEqual(2000);
    }
    const { points, every } = picture.steps;
    expect(points.length).toBeGreaterThan(900);
    expect(points.map(({ at }) => Math.round(at * 100_000))).toEqual(points.map((_, index) => 1 + index * every));
    expect(picture.rowsPerSecond).toBe(100);
  });
});

describe('the class mix', () => {
  const columns = {
    times: [1, 2, 3],
    counts: [
      [1, 0, 3],
      [3, 0, 1],
    ],
    totals: [4, 0, 4],
    rates: [],
    median: [],
    slowest: [],
  };

  it('is stacked up to one, with nothing where nothing came, the topmost edge first', () => {
    expect(stackOf(columns)).toEqual({
      edges: [
        [1, null, 1],
        [0.25, null, 0.75],
      ],
      shares: [
        [0.75, null, 0.25],
        [0.25, null, 0.75],
      ],
    });
  });

  it('is told in words', () => {
    expect(
      describeMix(['Sports', 'World'], {
        ...columns,
        counts: [
          [1, 0, 0],
          [3, 0, 1],
        ],
        totals: [4, 0, 1],
      }),
    ).toBe('Of 5 headlines: World 80%, Sports 20%.');
    expect(describeMix(['Sports', 'World'], { ...columns, counts: [[0], [0]], totals: [0] })).toBe('No headlines yet.');
  });
});

describe('the words that moved a prediction', () => {
  const effect = (word: string, by: number): WordEffect => ({ word, start: 0, end: 1, read: 'known', effect: by });

  it('are told in words, the heaviest first, with their sign', () => {
    expect(
      describeEffects('Sports', [
        effect('a', 0.01),
        effect('goal', 0.5),
        effect('bank', -0.2),
        effect('x', 0.1),
        effect('y', 0.0001),
      ]),
    ).toBe('What moved Sports most: goal (+50.0 points), bank (−20.0 points), x (+10.0 points).');
    expect(describeEffects('Sports', [effect('y', 0.0001)])).toContain('No single word moved it');
    expect(describeEffects('Sports', [])).toContain('No single word moved it');
  });
});
