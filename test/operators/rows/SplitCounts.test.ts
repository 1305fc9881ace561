import { describe, expect, it } from 'vitest';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import type { Preprocessed, Row, Side, SidedRow } from '../../../src/contracts/rows/Row.js';
import { SplitCounts } from '../../../src/operators/rows/internal/SplitCounts.js';

const sided = (id: number, side: Side, category: string, text = 'text'): SidedRow<Preprocessed<Row>> => ({
  side,
  row: { id, title: text, category, text },
});

describe('SplitCounts', () => {
  it('counts the rows of each side and class', () => {
    const counts = new SplitCounts();
    for (const row of [
      sided(0, 'train', 'a'),
      sided(1, 'test', 'a'),
      sided(2, 'train', 'b'),
      sided(3, 'train', '__proto__'),
    ])
      counts.add(row);
    expect(counts.rows).toEqual({ train: 3, validation: 0, test: 1 });
    expect([...counts.classes.keys()]).toEqual(['a', 'b', '__proto__']);
    expect(counts.classes.get('a')?.rows).toEqual({ train: 1, validation: 0, test: 1 });
    expect(counts.sides.sideOf(1)).toBe('test');
  });

  it('knows whether any train row has text', () => {
    const counts = new SplitCounts();
    counts.add(sided(0, 'train', 'a', ''));
    counts.add(sided(1, 'test', 'a'));
    expect(counts.hasText).toBe(false);
    counts.add(sided(2, 'train', 'a'));
    counts.add(sided(3, 'train', 'a', ''));
    expect(counts.hasText).toBe(true);
  });

  it('holds the ids of a class only until it has a train row', () => {
    const counts = new SplitCounts();
    counts.add(sided(0, 'test', 'a'));
    counts.add(sided(1, 'validation', 'a'));
    expect(counts.classes.get('a')?.withoutTrain).toEqual([0, 1]);
    counts.add(sided(2, 'train', 'a'));
    counts.add(sided(3, 'test', 'a'));
    expect(counts.classes.get('a')?.withoutTrain).toEqual([]);
  });

  it('leaves a class out, in the order of the ids', () => {
    const counts = new SplitCounts();
    const rejected: Rejection[] = [];
    for (const row of [sided(5, 'test', 'a'), sided(2, 'validation', 'a'), sided(3, 'train', 'b')]) counts.add(row);
    counts.leaveOut('a', { next: (rejection) => rejected.push(rejection) }, 'news.csv');
    expect(rejected.map(({ id }) => id)).toEqual([2, 5]);
    expect([...counts.leftOut]).toEqual([2, 5]);
    expect(counts.sides.sideOf(5)).toBeUndefined();
    expect(counts.rows).toEqual({ train: 1, validation: 0, test: 0 });
  });
});
