import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import type { PacedStep } from '../../../src/contracts/training/TrainingView.js';
import { StepPacer } from '../../../src/server/training/StepPacer.js';
import { itemsOf, NO_ITEMS, type EvenSample, withItem } from '../../../src/server/training/evenSample.js';
import { trainingFacts } from '../../../src/server/training/trainingFacts.js';
import { snapshotOf, type TrainingFact, UNTOLD, viewAfter } from '../../../src/server/training/trainingView.js';
import { ended, epochEnded, epochStarted, started, step, validationStep } from '../../sinks/events.js';

const after = (...facts: readonly TrainingFact[]) => snapshotOf(facts.reduce(viewAfter, UNTOLD), 'a-7');

const paced = (epoch: number, n: number): PacedStep => ({ ...step(epoch, n), rowsPerSecond: 100 });
const rejection = (field: string | undefined, id = 0, reason: Rejection['reason'] = 'field'): Rejection => ({
  type: 'rejection',
  reason,
  id,
  source: 'news.csv',
  line: id + 2,
  byte: 0,
  field,
  expected: 'a title',
  got: '',
});

describe('a list that is sampled', () => {
  const sampled = (count: number, most: number): EvenSample<number> =>
    Array.from({ length: count }, (_, index) => index).reduce(
      (list: EvenSample<number>, item) => withItem(list, item, most),
      NO_ITEMS,
    );

  it('keeps every so many items, from the first on, and the last', () => {
    fc.assert(
      fc.property(fc.nat({ max: 500 }), fc.integer({ min: 1, max: 40 }), (count, half) => {
        const most = 2 * half;
        const list = sampled(count, most);
        const items = itemsOf(list);
        expect(list.kept.length).toBeLessThanOrEqual(most);
        expect(list.kept).toEqual(
          Array.from({ length: Math.ceil(count / list.every) }, (_, index) => index * list.every),
        );
        // No more is let go than has to be.
        expect(list.every === 1 || list.every * most < 2 * count).toBe(true);
        expect(items.at(-1)).toBe(count === 0 ? undefined : count - 1);
        expect(new Set(items).size).toBe(items.length);
      }),
    );
  });
});

describe('what a page is shown of a training', () => {
  it('is nothing at first', () => {
    expect(snapshotOf(UNTOLD, null)).toEqual({
      state: 'preparing',
      config: null,
      classes: [],
      split: null,
      epochs: 0,
      history: [],
      metrics: [],
      rejections: { total: 0, byReason: [], examples: [] },
      report: null,
      flow: [],
      lastEventId: null,
    });
  });

  it('follows it from beginning to end', () => {
    const config = {
      cell: 'gru',
      bidirectional: true,
      vocabularySize: 9,
      embeddingDim: 4,
      hiddenDim: 4,
      fcDim: 4,
      dropout: 0,
      classes: 2,
    } as const;
    const side = { rows: 2, classes: { a: 1, b: 1 } };
    const split = { train: side, validation: side, test: side };
    const prepared: TrainingFact = { type: 'prepared', config, classes: ['a', 'b'], split };
    expect(after(prepared)).toMatchObject({
      state: 'preparing',
      config,
      classes: ['a', 'b'],
      split,
      lastEventId: 'a-7',
    });
    const begun: TrainingFact = { type: 'training', news: started() };
    expect(after(prepared, begun)).toMatchObject({ state: 'training', epochs: 8, config });
    const over: TrainingFact = { type: 'training', news: ended() };
    expect(after(prepared, begun, over)).toMatchObject({ state: 'measuring', report: null });
    const report = {
      classes: ['a', 'b'],
      performance: { overall: { precision: 1, recall: 1, f1: 1, num_samples: 2 }, class: {} },
      confusion: [1, 0, 0, 1],
      accuracy: 1,
      loss: 0.1,
      rows: 2,
    };
    expect(after(prepared, begun, over, { type: 'report', report }, { type: 'ended' })).toMatchObject({
      state: 'ended',
      report,
    });
    expect(after(prepared, begun, { type: 'ended', error: 'no luck' })).toMatchObject({
      state: 'failed',
      error: 'no luck',
      epochs: 8,
    });
  });

  it('has the history in order, with the epoch that is under way and none before it', () => {
    const news = [
      started(),
      epochStarted(1),
      paced(1, 0),
      paced(1, 1),
      epochEnded(1, true),
      epochStarted(2),
      paced(2, 0),
    ];
    const { history } = after(...news.map((one): TrainingFact => ({ type: 'training', news: one })));
    expect(history).toEqual(news.filter((one) => one !== news[1]));
  });

  it('has a part of a long history, spread evenly, and its end', () => {
    const steps = Array.from({ length: 9001 }, (_, n): TrainingFact => ({ type: 'training', news: paced(1, n) }));
    const { history } = after({ type: 'training', news: started() }, ...steps);
    const shown = history.flatMap((news) => (news.type === 'step' ? [news.step] : []));
    expect(shown.length).toBeGreaterThan(1000);
    expect(shown.length).toBeLessThanOrEqual(2001);
    expect(shown.at(-1)).toBe(9000);
    expect(new Set(shown.slice(1, -1).map((at, index) => at - shown[index]!)).size).toBe(1);
  });

  it('counts rejected rows by reason and field, the most frequent first, with ten examples', () => {
    const rejected = [
      rejection('title', 0),
      rejection(undefined, 1, 'ragged'),
      ...Array.from({ length: 12 }, (_, n) => rejection('category', n + 2)),
    ];
    const { rejections } = after(...rejected);
    expect(rejections.total).toBe(14);
    expect(rejections.byReason).toEqual([
      { reason: 'field', field: 'category', count: 12 },
      { reason: 'field', field: 'title', count: 1 },
      { reason: 'ragged', count: 1 },
    ]);
    expect(rejections.examples).toEqual(rejected.slice(0, 10));
  });
});

describe('what a page is told', () => {
  it('of steps is one in 100 ms, with the pace', () => {
    const pacer = new StepPacer();
    const told = Array.from({ length: 100 }, (_, n) => trainingFacts(step(1, n, 5), pacer, 1000 + n * 10)).flat();
    expect(
      told.flatMap((fact) => (fact.type === 'training' && fact.news.type === 'step' ? [fact.news.step] : [])),
    ).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    // 5 rows each 10 ms; the first step came when the clock was first looked at.
    expect(told.at(-1)).toMatchObject({ news: { type: 'step', rowsPerSecond: expect.closeTo(500, -2) as number } });
  });

  it('does not count what lies between two epochs as slowness', () => {
    const pacer = new StepPacer();
    trainingFacts(epochStarted(1), pacer, 0);
    trainingFacts(step(1, 0, 100), pacer, 1000);
    trainingFacts(epochStarted(2), pacer, 60_000);
    expect(trainingFacts(step(2, 0, 50), pacer, 60_500)).toMatchObject([{ news: { rowsPerSecond: 100 } }]);
  });

  it('of an epoch is what it came to, without the state that the next one starts from, and how good it is', () => {
    const [news, metrics] = trainingFacts(epochEnded(3, true), new StepPacer(), 0);
    expect(news).toMatchObject({
      type: 'training',
      news: { type: 'epoch', epoch: 3, trainLoss: 0.8123, validationLoss: 0.9009, learningRate: 1e-3, improved: true },
    });
    expect(JSON.stringify(news)).not.toContain('state');
    expect(metrics).toEqual({ type: 'metrics', metrics: { epoch: 3, accuracy: 0.625, macroF1: 0.5 } });
    expect(JSON.stringify(trainingFacts(ended(), new StepPacer(), 0))).not.toContain('state');
    expect(trainingFacts(validationStep(1), new StepPacer(), 0)).toEqual([]);
  });
});
