import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Reservoir } from '../../../src/operators/learning/internal/Reservoir.js';

const filled = (capacity: number, seed: number, count: number): Reservoir<number> => {
  const reservoir = new Reservoir<number>(capacity, seed);
  for (let value = 0; value < count; value++) reservoir.offer(value);
  return reservoir;
};

describe('Reservoir', () => {
  it('holds distinct values that it was offered, never more than it has room for, and draws each at most once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        fc.integer(),
        fc.nat({ max: 100 }),
        fc.nat({ max: 30 }),
        (capacity, seed, count, draw) => {
          const reservoir = filled(capacity, seed, count);
          expect(reservoir.size).toBe(Math.min(capacity, count));
          const drawn = reservoir.draw(draw);
          expect(drawn).toHaveLength(Math.min(draw, reservoir.size));
          expect(new Set(drawn).size).toBe(drawn.length);
          expect(drawn.every((value) => value >= 0 && value < count)).toBe(true);
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });

  it('keeps every value with the same probability, the first as the last', () => {
    const kept = new Array<number>(40).fill(0);
    const runs = 4000;
    for (let seed = 0; seed < runs; seed++) for (const value of filled(10, seed, 40).draw(10)) kept[value]!++;
    // A quarter of the runs each; the standard deviation is 27.
    for (const count of kept) expect(Math.abs(count - runs / 4)).toBeLessThan(5 * 27);
  });

  it('draws every value that it holds with the same probability', () => {
    const drawn = new Array<number>(6).fill(0);
    const runs = 6000;
    for (let seed = 0; seed < runs; seed++) for (const value of filled(6, seed, 6).draw(3)) drawn[value]!++;
    // Half of the runs each; the standard deviation is 39.
    for (const count of drawn) expect(Math.abs(count - runs / 2)).toBeLessThan(4 * 39);
  });

  it('draws the same for the same seed, and other values for another', () => {
    const drawn = (seed: number): readonly number[] => filled(50, seed, 500).draw(20);
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
  });
});
