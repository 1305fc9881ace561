import fc from 'fast-check';
import { from, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { RowScored, RunningScores } from '../../../src/contracts/live/Learning.js';
import { runningScores, type RunningScoresOptions } from '../../../src/operators/learning/runningScores.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';
import { liveHeadline } from './liveHeadline.js';

const classes = ['A', 'B', 'C'];

const scored = (label: string, predicted: string, confidence: number, loss = 1): RowScored => ({
  type: 'scored',
  prediction: {
    type: 'live-prediction',
    headline: liveHeadline(0, ''),
    category: predicted,
    distribution: [{ category: predicted, probability: confidence }],
    known: 1,
    latencyMs: 0,
  },
  category: label,
  correct: label === predicted,
  loss,
  waitedMs: 0,
});

const collect = (rows: readonly RowScored[], options?: RunningScoresOptions): readonly RunningScores[] => {
  const seen: RunningScores[] = [];
  from(rows)
    .pipe(runningScores(classes, options))
    .subscribe((scores) => seen.push(scores));
  return seen;
};

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;

/** The same from the definitions, over a list of rows. */
const byDefinition = (rows: readonly RowScored[], bins: number) => {
  const predictedOf = (row: RowScored): string => row.prediction.category;
  const confidenceOf = (row: RowScored): number => row.prediction.distribution[0]?.probability ?? NaN;
  const occurring = classes.filter((name) => rows.some((row) => row.category === name || predictedOf(row) === name));
  const f1 = (name: string): number => {
    const hits = rows.filter((row) => row.category === name && predictedOf(row) === name).length;
    return (
      (2 * hits) /
      (rows.filter((row) => row.category === name).length + rows.filter((row) => predictedOf(row) === name).length)
    );
  };
  const inBin = (b: number): readonly RowScored[] =>
    rows.filter((row) => confidenceOf(row) > b / bins && confidenceOf(row) <= (b + 1) / bins);
  const ece = Array.from({ length: bins }, (_, b) => inBin(b)).reduce(
    (sum, bin) =>
      sum +
      (bin.length / rows.length) *
        Math.abs(mean(bin.map(({ correct }) => Number(correct))) - mean(bin.map(confidenceOf))),
    0,
  );
  return {
    accuracy: mean(rows.map(({ correct }) => Number(correct))),
    macroF1: mean(occurring.map(f1)),
    ece,
    loss: mean(rows.map(({ loss }) => loss)),
  };
};

describe('runningScores', () => {
  it('gives what can be reckoned by hand', () => {
    const rows = [
      scored('A', 'A', 0.75, 0.2),
      scored('A', 'B', 0.75, 1.2),
      scored('B', 'B', 0.5, 0.7),
      scored('B', 'B', 1, 0),
    ];
    const last = collect(rows, { bins: 2 }).at(-1);
    // Bins (0, 0.5] and (0.5, 1]: 1/4 · |1 − 0.5| + 3/4 · |2/3 − 2.5/3|.
    expect(last).toEqual({
      rows: 4,
      accuracy: 0.75,
      macroF1: expect.closeTo((2 / 3 + 0.8) / 2, 12) as number,
      ece: expect.closeTo(0.25, 12) as number,
      loss: expect.closeTo(0.525, 8) as number,
      classes: [
        { category: 'A', precision: 1, recall: 0.5, f1: 2 / 3, share: 0.5, predictedShare: 0.25 },
        { category: 'B', precision: 2 / 3, recall: 1, f1: 0.8, share: 0.5, predictedShare: 0.75 },
        { category: 'C', precision: 0, recall: 0, f1: 0, share: 0, predictedShare: 0 },
      ],
    });
  });

  it('agrees with the definitions over any window, after any number of rows', () => {
    const row = fc.record({
      label: fc.constantFrom(...classes),
      predicted: fc.constantFrom(...classes),
      confidence: fc.double({ min: 0.01, max: 1, noNaN: true }),
      loss: fc.double({ min: 0, max: 103, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 15 }),
        (specs, window, bins) => {
          const rows = specs.map(({ label, predicted, confidence, loss }) =>
            scored(label, predicted, confidence, loss),
          );
          const seen = collect(rows, { window, bins });
          expect(seen).toHaveLength(rows.length);
          seen.forEach((scores, at) => {
            const inside = rows.slice(Math.max(0, at + 1 - window), at + 1);
            const wanted = byDefinition(inside, bins);
            expect(scores.rows).toBe(inside.length);
            for (const [name, value] of Object.entries(wanted))
              expect(scores[name as keyof typeof wanted], name).toBeCloseTo(value, 6);
          });
        },
      ),
      { seed: 11, numRuns: 100 },
    );
  });

  it('forgets exactly what it took in: equal windows give equal bits, whatever was before them', () => {
    const rows = Array.from({ length: 20 }, (_, i) => scored('A', i % 3 === 0 ? 'A' : 'B', 1 / (i + 1.7), 1 / 3 + i));
    const before = Array.from({ length: 1000 }, (_, i) =>
      scored('B', 'A', ((i * 7919) % 1000) / 1000 + 0.0005, i / 7 / 10),
    );
    expect(collect([...before, ...rows], { window: 20 }).at(-1)).toEqual(collect(rows, { window: 20 }).at(-1));
  });

  it('has a window of its own for every subscriber, and emits, completes and fails with its source', () => {
    const cut = new Error('cut');
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const row$ = cold('-a-a-|', { a: scored('A', 'A', 1, 0) });
      const scores$ = row$.pipe(runningScores(['A']));
      const of1 = (rows: number): RunningScores => ({
        rows,
        accuracy: 1,
        macroF1: 1,
        ece: 0,
        loss: 0,
        classes: [{ category: 'A', precision: 1, recall: 1, f1: 1, share: 1, predictedShare: 1 }],
      });
      expectObservable(scores$).toBe('-x-y-|', { x: of1(1), y: of1(2) });
      expectObservable(scores$, '^-!').toBe('-x', { x: of1(1) });
      expectSubscriptions(row$.subscriptions).toBe(['^----!', '^-!']);
      expectObservable(cold<RowScored>('-#', {}, cut).pipe(runningScores(['A']))).toBe('-#', {}, cut);
      expectObservable(cold<RowScored>('-').pipe(runningScores(['A'])), '^--!').toBe('-');
    });
  });

  it('ends with HW_LABEL at a class that it was not told of', () => {
    const seen: unknown[] = [];
    of(scored('A', 'D', 1))
      .pipe(runningScores(classes))
      .subscribe({ error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([
      expect.objectContaining({ code: 'HW_LABEL', message: expect.stringContaining('"D"') as unknown }),
    ]);
  });

  it('refuses options that cannot work', () => {
    const usage = expect.objectContaining({ code: 'HW_USAGE' }) as unknown;
    expect(() => runningScores([])).toThrow(usage);
    for (const options of [{ window: 0 }, { window: 65_537 }, { bins: 0 }, { bins: 1.5 }])
      expect(() => runningScores(classes, options)).toThrow(usage);
  });
});
