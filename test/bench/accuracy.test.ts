import { describe, expect, it } from 'vitest';
import { type AccuracyFigures, together } from '../../bench/accuracy/AccuracyFigures.js';
import { fewer, type HeadlineResult, splitBySeed } from '../../bench/accuracy/headlines.js';
import { headlineReport, losses, summary, tableReport } from '../../bench/accuracy/reports.js';
import { deviation, eceByChance, pairedInterval } from '../../bench/accuracy/statistics.js';
import type { TableResult } from '../../bench/accuracy/tables.js';
import type { OurScore } from '../../bench/accuracy/trainOurs.js';
import { fillTables } from '../../bench/fillTables.js';
import { random } from '../../src/contracts/random.js';
import { headlineRows } from '../../src/testing/headlineRows.js';

const ours = (f1: number): OurScore => ({
  f1,
  accuracy: f1,
  seconds: 10,
  ece: 0.02,
  bins: [],
  kept: 'linear',
  linear: f1,
  candidates: [],
});
const missing = { missing: 'sklearn' };
const headline = (seed: number, train: number, f1: number, all: boolean): HeadlineResult => ({
  seed,
  rows: { train, validation: 100, test: 100 },
  all,
  withVectors: ours(f1),
  withoutVectors: ours(f1 - 0.1),
  baselines: { scikit: { f1: f1 - 0.2, seconds: 20, setting: 'words, C = 1' }, fasttext: missing },
});
const table = (name: string, differences: readonly number[]): TableResult => ({
  table: name,
  rows: 1000,
  classes: 3,
  splits: differences.map((difference, i) => ({
    seed: i + 1,
    ours: ours(0.8 + difference),
    scikit: { f1: 0.8, seconds: 5, setting: '' },
    fasttext: undefined,
  })),
  difference: pairedInterval(differences),
});

const figures: AccuracyFigures = {
  machine: 'a machine',
  heldOut: true,
  headlines: [headline(1, 9600, 0.86, true), headline(1, 500, 0.7, false), headline(2, 9610, 0.84, true)],
  lesson: [{ seed: 1, f1: 0.7, accuracy: 0.7, seconds: 30 }],
  ablation: [],
  tables: [
    table('a.csv', [0.02, 0.01, 0.03]),
    table('b.csv', [-0.02, -0.02, -0.021]),
    { table: 'c.csv', why: 'it has one class' },
  ],
};

describe('pairedInterval', () => {
  it('is that of Student, which the t for two degrees of freedom is 4.303 of', () => {
    const { mean, from, to } = pairedInterval([0.01, 0.02, 0.03]);
    expect(mean).toBeCloseTo(0.02, 12);
    expect(to - mean).toBeCloseTo((4.303 * 0.01) / Math.sqrt(3), 12);
    expect(mean - from).toBeCloseTo(to - mean, 12);
    expect(deviation([1, 3])).toBeCloseTo(Math.SQRT2, 12);
  });

  it('has no end where there is one difference alone', () => {
    expect(pairedInterval([0.5])).toEqual({ mean: 0.5, from: -Infinity, to: Infinity });
  });
});

describe('eceByChance', () => {
  it('is the mean calibration error of draws that are right as often as their confidence says', () => {
    const bins = [
      { from: 0.4, to: 0.6, rows: 200, confidence: 0.5, accuracy: 0.4 },
      { from: 0.6, to: 0.8, rows: 0, confidence: NaN, accuracy: NaN },
      { from: 0.8, to: 1, rows: 300, confidence: 0.9, accuracy: 1 },
    ];
    const draws = random(7, 'test');
    const drawn = Array.from({ length: 400 }, () =>
      bins.reduce((sum, { rows, confidence }) => {
        if (rows === 0) return sum;
        let right = 0;
        for (let row = 0; row < rows; row++) if (draws.uniform() < confidence) right++;
        return sum + Math.abs(right - rows * confidence) / 500;
      }, 0),
    );
    const mean = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
    expect(eceByChance(bins)).toBeCloseTo(mean, 2);
    expect(Math.abs(eceByChance(bins) / mean - 1)).toBeLessThan(0.1);
  });
});

describe('the reports of accuracy', () => {
  it('have the mean and the spread over the seeds, for each number of train rows', () => {
    const [, all, few] = headlineReport(figures);
    expect(all?.slice(1, 3)).toEqual(['2', '0.850 ± 0.014']);
    expect(few?.slice(0, 3)).toEqual(['500', '1', '0.700']);
    // What is missing is no zero.
    expect(all?.[8]).toBe('–');
  });

  it('count the tables on which the whole interval is below −0.005, and leave out those that were not measured', () => {
    expect(losses(figures.tables).map((each) => each.table)).toEqual(['b.csv']);
    expect(tableReport(figures)).toHaveLength(3);
    expect(summary(figures).at(-1)?.[1]).toBe('−0.000; 1 of 2 below');
  });

  it('say so where nothing was measured', () => {
    const nothing = { ...figures, headlines: [], tables: [] };
    expect(summary(nothing).map(([, reached]) => reached)).toEqual([
      'reached',
      ...Array<string>(5).fill('not measured'),
    ]);
  });

  it('are of several runs together', () => {
    expect(together([figures, figures]).headlines).toHaveLength(6);
    expect(together([figures, figures]).machine).toBe('a machine');
  });
});

describe('the rows of accuracy', () => {
  const rows = headlineRows({ count: 240, seed: 1 });

  it('are divided by the seed; held-out rows are the test side', async () => {
    const sides = await splitBySeed(rows, undefined, 1);
    expect(sides.train.length + sides.validation.length + sides.test.length).toBe(240);
    expect((await splitBySeed(rows, undefined, 1)).test).toEqual(sides.test);
    expect((await splitBySeed(rows, undefined, 2)).test).not.toEqual(sides.test);
    const held = await splitBySeed(rows, rows.slice(0, 5), 1);
    expect(held.test).toEqual(rows.slice(0, 5));
    expect(held.train.length + held.validation.length).toBe(240);
  });

  it('are fewer for training and choosing, and as many for testing', async () => {
    const sides = await splitBySeed(rows, undefined, 1);
    const few = await fewer(sides, 84, 1);
    expect(few.test).toEqual(sides.test);
    expect(Math.abs(few.train.length - 84)).toBeLessThan(5);
    expect(few.validation.length).toBeLessThan(sides.validation.length);
    for (const row of few.train) expect(sides.train).toContain(row);
  });
});

describe('fillTables', () => {
  it('writes between the markers, and refuses a page without them', () => {
    const page = 'before\n<!-- figures: a -->\nold\n<!-- end -->\nafter\n';
    const filled = fillTables(page, 'page.md', { a: [['one'], ['2']] });
    expect(filled).toMatch(/^before\n<!-- figures: a -->\n\n\|[^]*2[^]*\n<!-- end -->\nafter\n$/);
    expect(filled).not.toContain('old');
    expect(() => fillTables(page, 'page.md', { b: [['one']] })).toThrow('page.md has no place for the figures "b"');
  });
});
