import { describe, expect, it } from 'vitest';
import { backoff } from '../../../src/streams/pacing/backoff.js';

const bounds = (options: Parameters<typeof backoff>[0], attempts: readonly number[]): readonly number[] =>
  attempts.map(backoff(options));

describe('backoff', () => {
  it('doubles its bound with each attempt, up to the longest wait', () => {
    // The largest number below 1: the wait is one short of the bound.
    const random = (): number => 1 - Number.EPSILON / 2;
    expect(bounds({ initialMs: 100, maxMs: 1_000, random }, [1, 2, 3, 4, 5, 6, 2_000])).toEqual([
      99, 199, 399, 799, 999, 999, 999,
    ]);
  });

  it('draws anywhere below its bound, 0 included', () => {
    expect(bounds({ initialMs: 100, maxMs: 1_000, random: () => 0 }, [1, 9])).toEqual([0, 0]);
    expect(bounds({ initialMs: 100, maxMs: 1_000, random: () => 0.5 }, [1, 2, 9])).toEqual([50, 100, 500]);
  });

  it('begins at a second and ends at five minutes by default', () => {
    expect(bounds({ random: () => 0.5 }, [1, 100])).toEqual([500, 150_000]);
    expect(bounds({ initialMs: 400_000, random: () => 0.5 }, [1, 2])).toEqual([200_000, 200_000]);
  });

  it.each([{ initialMs: 0 }, { maxMs: -1 }, { initialMs: 1.5 }, { initialMs: 10, maxMs: 9 }, { maxMs: 2 ** 31 }])(
    'refuses %o',
    (options) => {
      expect(() => backoff({ ...options, random: () => 0 })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    },
  );
});
