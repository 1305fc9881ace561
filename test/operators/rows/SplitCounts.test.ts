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
    const census = new SplitCounts();
    for (const row of [
      sided(0, 'train', 'a'),
      sided(1, 'test', 'a'),
      sided(2, 'train', 'b'),
      sided(3, 'train', '__proto__'),
    ])
      census.add(row);
    expect(census.rows).toEqual({ train: 3, validation: 0, test: 1 });
    expect([...census.classes.keys()]).toEqual(['a', 'b', '__proto__']);
    expect(census.classes.get('a')?.rows).toEqual({ train: 1, validation: 0, test: 1 });
    expect(census.sides.sideOf(1)).toBe('test');
  });

  it('knows whether any train row has text', () => {
    const census = new SplitCounts();
    census.add(sided(0, 'train', 'a', ''));
    census.add(sided(1, 'test', 'a'));
    expect(census.hasText).toBe(false);
    census.add(sided(2, 'train', 'a'));
    census.add(sided(3, 'train', 'a', ''));
    expect(census.hasText).toBe(true);
  });

  it('holds the ids of a class only until it has a train row', () => {
    const census = new SplitCounts();
    census.add(sided(0, 'test', 'a'));
    census.add(sided(1, 'validation', 'a'));
    expect(census.classes.get('a')?.withoutTrain).toEqual([0, 1]);
    census.add(sided(2, 'train', 'a'));
    census.add(sided(3, 'test', 'a'));
    expect(census.classes.get('a')?.withoutTrain).toEqual([]);
  });

  it('leaves a class out, in the order of the ids', () => {
    const census = new SplitCounts();
    const rejected: Rejection[] = [];
    for (const row of [sided(5, 'test', 'a'), sided(2, 'validation', 'a'), sided(3, 'train', 'b')]) census.add(row);
    census.leaveOut('a', { next: (rejection) => rejected.push(rejection) }, 'news.csv');
    expect(rejected.map(({ id }) => id)).toEqual([2, 5]);
    expect([...census.leftOut]).toEqual([2, 5]);
    expect(census.sides.sideOf(5)).toBeUndefined();
    expect(census.rows).toEqual({ train: 1, validation: 0, test: 0 });
  });
});
