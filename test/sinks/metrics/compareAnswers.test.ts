import { describe, expect, it } from 'vitest';
import { compareAnswers, mcNemar } from '../../../src/sinks/metrics/compareAnswers.js';

describe('mcNemar', () => {
  // scipy: binomtest(k, n).pvalue, and beyond 1,000 rows chi2.sf((|a − b| − 1)² / n, 1).
  it.each([
    [10, 2, 0.03857421875],
    [2, 10, 0.03857421875],
    [1, 0, 1],
    [5, 5, 1],
    [0, 6, 0.03125],
    [60, 40, 0.0568879334],
    [900, 800, 0.0163457449],
    [520, 480, 0.2174482932],
  ])('of %i and %i is %f', (first, second, p) => expect(mcNemar(first, second)).toBeCloseTo(p, 5));

  it('is 1 where neither is right alone', () => expect(mcNemar(0, 0)).toBe(1));

  it('goes on smoothly where it is no longer exact, and stays within 0 and 1', () => {
    // scipy's exact test of 471 in 1,001; the approximation is off by 5e-5.
    expect(mcNemar(530, 471)).toBeCloseTo(0.0667186, 3);
    expect(mcNemar(1e6, 1e6)).toBeCloseTo(1, 2);
    expect(mcNemar(9000, 1000)).toBeLessThan(1e-100);
  });
});

describe('compareAnswers', () => {
  it('counts who was right, and where both answered alike', () => {
    const labels = [0, 0, 1, 1, 2, 2];
    expect(compareAnswers(labels, [0, 1, 1, 0, 0, 1], [0, 0, 0, 0, 1, 1])).toEqual({
      rows: 6,
      alike: 3,
      bothRight: 1,
      onlyFirst: 1,
      onlySecond: 1,
      bothWrong: 3,
      p: 1,
    });
  });

  it('refuses lists of different lengths', () => {
    expect(() => compareAnswers([0], [0, 1], [0])).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
