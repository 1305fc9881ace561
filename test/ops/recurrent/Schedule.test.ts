import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerSchedules } from '../../../src/ops/recurrent/internal/Schedule.js';

const pairsOf = ({ index }: { readonly index: Int32Array }): number => index.length;

describe('layerSchedules', () => {
  // Two rows of 2 and 3 tokens in a batch of 4 steps; pairs are row · 4 + t.
  const lengths = Int32Array.of(2, 3);

  it('takes packed rows through their tokens, the longest first, backwards from the last', () => {
    const [forward, reverse] = layerSchedules(lengths, 4, 2, false, 'all');
    expect([...forward!.order]).toEqual([1, 0]);
    expect([...forward!.active]).toEqual([2, 2, 1]);
    expect([...forward!.offsets]).toEqual([0, 2, 4, 5]);
    expect([...forward!.index]).toEqual([4, 0, 5, 1, 6]);
    expect([...reverse!.index]).toEqual([6, 1, 5, 0, 4]);
  });

  it('takes every row through every step over the padding', () => {
    const [forward, reverse] = layerSchedules(lengths, 4, 2, true, 'all');
    expect([...forward!.index]).toEqual([0, 4, 1, 5, 2, 6, 3, 7]);
    expect([...reverse!.index]).toEqual([3, 7, 2, 6, 1, 5, 0, 4]);
  });

  it('takes the reverse direction through one token where only the last output is read', () => {
    const [forward, reverse] = layerSchedules(lengths, 4, 2, false, 'last');
    expect([...forward!.index]).toEqual([4, 0, 5, 1, 6]);
    expect([...reverse!.index]).toEqual([1, 6]);
  });

  it('takes the reverse direction from the end to the last token where it runs over the padding', () => {
    const [forward, reverse] = layerSchedules(lengths, 4, 2, true, 'last');
    expect([...forward!.index]).toEqual([4, 0, 5, 1, 6]);
    expect([...reverse!.order]).toEqual([0, 1]);
    expect([...reverse!.index]).toEqual([3, 7, 2, 6, 1]);
  });

  it('never takes a step twice, and no more steps than are read', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 0, max: 3 }),
        fc.boolean(),
        fc.constantFrom('all' as const, 'last' as const),
        (lengths, extra, overPadding, reading) => {
          const time = Math.max(...lengths) + extra;
          const tokens = lengths.reduce((a, b) => a + b, 0);
          const all = lengths.length * time;
          const [forward, reverse] = layerSchedules(Int32Array.from(lengths), time, 2, overPadding, reading) as [
            ReturnType<typeof layerSchedules>[0],
            ReturnType<typeof layerSchedules>[0],
          ];
          for (const { order, active, offsets, index } of [forward, reverse]) {
            expect(new Set(index).size).toBe(index.length);
            expect([...order].sort((a, b) => a - b)).toEqual(lengths.map((_, row) => row));
            expect([...active]).toEqual([...active].sort((a, b) => b - a));
            expect(offsets[active.length]).toBe(index.length);
          }
          expect(pairsOf(forward)).toBe(overPadding && reading === 'all' ? all : tokens);
          expect(pairsOf(reverse)).toBe(
            { all: overPadding ? all : tokens, last: overPadding ? all - tokens + lengths.length : lengths.length }[
              reading
            ],
          );
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });
});
