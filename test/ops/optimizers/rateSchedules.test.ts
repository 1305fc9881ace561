import { describe, expect, it } from 'vitest';
import { cosineRate, linearRate, oneCycle, warmUpRate } from '../../../src/ops/optimizers/rateSchedules.js';
import { expectClose } from '../../expectClose.js';

describe('rate schedules', () => {
  it('oneCycle rises by a half cosine and falls by another', () => {
    const factor = oneCycle();
    expect(factor(0)).toBeCloseTo(0.04, 12);
    expect(factor(0.1)).toBeCloseTo(0.52, 12);
    expect(factor(0.2)).toBeCloseTo(1, 12);
    expect(factor(0.6)).toBeCloseTo(0.5, 12);
    expect(factor(0.4)).toBeCloseTo((1 + Math.cos(Math.PI / 4)) / 2, 12);
    expect(factor(1)).toBeCloseTo(0, 12);
    const other = oneCycle({ warmUp: 0, end: 0.1 });
    expect([other(0), other(1)]).toEqual([1, 0.1]);
  });

  it('cosineRate, linearRate and warmUpRate follow their curves', () => {
    expectClose([0, 0.5, 1].map(cosineRate(0.2)), [1, 0.6, 0.2], 1e-12);
    expect([0, 0.25, 1].map(linearRate())).toEqual([1, 0.75, 0]);
    expect([0, 0.25, 0.5, 0.75, 1].map(warmUpRate(0.5, linearRate()))).toEqual([0, 0.5, 1, 0.5, 0]);
    expect([0.1, 1].map(warmUpRate(0.2))).toEqual([0.5, 1]);
  });

  it('stay at their ends beyond a training', () => {
    for (const factor of [oneCycle(), cosineRate(), linearRate(), warmUpRate(0.3, cosineRate())]) {
      expect(factor(1.5)).toBe(factor(1));
      expect(factor(-1)).toBe(factor(0));
    }
  });

  it.each([
    ['oneCycle warmUp', () => oneCycle({ warmUp: 1 })],
    ['oneCycle start', () => oneCycle({ start: 2 })],
    ['oneCycle end', () => oneCycle({ end: -1 })],
    ['cosineRate end', () => cosineRate(NaN)],
    ['linearRate end', () => linearRate(1.1)],
    ['warmUpRate warmUp', () => warmUpRate(1)],
  ])('refuses %s out of its range', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
