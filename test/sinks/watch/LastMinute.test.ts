import { describe, expect, it } from 'vitest';
import { LastMinute } from '../../../src/sinks/watch/internal/LastMinute.js';
import { RecentLags } from '../../../src/sinks/watch/internal/RecentLags.js';

describe('LastMinute', () => {
  it('counts over the time since the start, a second at least, and then over the last minute', () => {
    const rate = new LastMinute(1000);
    rate.add(30, 1000);
    expect(rate.perSecond(1000)).toBe(30);
    expect(rate.perSecond(4000)).toBe(10);
    for (let second = 1; second < 60; second++) rate.add(30, 1000 + second * 1000);
    expect(rate.perSecond(60_999)).toBeCloseTo(30, 2);
    expect(rate.perSecond(61_000)).toBe(29.5);
  });

  it('forgets a burst after a minute, and what was counted a round of the seconds before', () => {
    const rate = new LastMinute(0);
    rate.add(6000, 500);
    expect(rate.perSecond(59_999)).toBeCloseTo(100, 2);
    expect(rate.perSecond(60_000)).toBe(0);
    rate.add(60, 3_600_000);
    expect(rate.perSecond(3_600_000)).toBe(1);
    expect(rate.perSecond(7_200_000)).toBe(0);
  });

  it('takes a clock that is set back for one that stands still', () => {
    const rate = new LastMinute(0);
    rate.add(60, 90_000);
    rate.add(60, 30_000);
    expect(rate.perSecond(90_000)).toBe(2);
    expect(rate.perSecond(149_999)).toBe(2);
    expect(rate.perSecond(150_000)).toBe(0);
  });
});

describe('RecentLags', () => {
  it('gives lags that were really there: the middle one, and that which one in a hundred exceeds', () => {
    const lags = new RecentLags();
    expect(lags.lag()).toBeUndefined();
    lags.add(5);
    expect(lags.lag()).toEqual({ p50: 5, p99: 5 });
    for (let lag = 1; lag <= 99; lag++) lags.add(lag === 5 ? 1000 : lag);
    expect(lags.lag()).toEqual({ p50: 50, p99: 99 });
  });

  it('forgets all but the last thousand', () => {
    const lags = new RecentLags();
    for (let i = 0; i < 500; i++) lags.add(1e6);
    for (let i = 0; i < 1000; i++) lags.add(2);
    expect(lags.lag()).toEqual({ p50: 2, p99: 2 });
  });
});
