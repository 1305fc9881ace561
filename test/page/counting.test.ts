import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeadlineRing, type SeenHeadline } from '../../src/page/headlines/HeadlineRing.js';
import { LatencyCounts } from '../../src/page/charts/LatencyCounts.js';
import { TimeBins } from '../../src/page/charts/TimeBins.js';

const seen = (title: string, given: Partial<SeenHeadline> = {}): SeenHeadline => ({
  ordinal: 0,
  guid: undefined,
  key: undefined,
  title,
  category: 1,
  probability: 0.5,
  seen: 1000,
  unread: false,
  source: 'a',
  link: undefined,
  ...given,
});

describe('HeadlineRing', () => {
  it('keeps the last ones, each under its own number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 30 }), (capacity, count) => {
        const ring = new HeadlineRing(capacity);
        for (let i = 0; i < count; i++)
          ring.push(
            seen(`t${i}`, {
              ordinal: i,
              guid: `g${i}`,
              key: `k${i}`,
              seen: i,
              source: `s${i % 3}`,
              category: i % 4,
              unread: i % 5 === 0,
              link: i % 2 === 0 ? `l${i}` : undefined,
            }),
          );
        expect([ring.end, ring.size, ring.first]).toEqual([
          count,
          Math.min(count, capacity),
          Math.max(0, count - capacity),
        ]);
        for (let i = -1; i <= count; i++) {
          const kept = i >= 0 && i >= count - capacity && i < count;
          expect(ring.at(i)).toEqual(
            kept
              ? {
                  ordinal: i,
                  guid: `g${i}`,
                  key: `k${i}`,
                  title: `t${i}`,
                  seen: i,
                  source: `s${i % 3}`,
                  category: i % 4,
                  unread: i % 5 === 0,
                  probability: 0.5,
                  link: i % 2 === 0 ? `l${i}` : undefined,
                }
              : undefined,
          );
        }
      }),
    );
  });

  it('keeps the source of each headline, however many sources there are', () => {
    const ring = new HeadlineRing(10);
    for (let i = 0; i < 5000; i++) ring.push(seen('t', { source: `s${i}` }));
    expect(ring.fromTop().map(({ source }) => source)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => `s${4999 - i}`),
    );
  });
});

describe('LatencyCounts', () => {
  it('reads quantiles exactly up to 32 ms and within a fifth above, of counts that were added up too', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1 }),
        fc.array(fc.integer({ min: 0, max: 40 })),
        fc.constantFrom(0.01, 0.5, 0.95, 1),
        (some, others, share) => {
          const counts = new LatencyCounts();
          const more = new LatencyCounts();
          for (const ms of some) counts.add(ms);
          for (const ms of others) more.add(ms);
          counts.merge(more);
          const sorted = [...some, ...others].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]!;
          const read = counts.quantile(share)!;
          expect(read).toBeLessThanOrEqual(exact);
          expect(read).toBeGreaterThanOrEqual(exact < 32 ? exact : exact / 1.2);
        },
      ),
    );
  });

  it('knows nothing of nothing, and takes a clock that was set back for none', () => {
    const counts = new LatencyCounts();
    expect(counts.quantile(0.5)).toBeUndefined();
    counts.add(-5);
    expect(counts.quantile(0.5)).toBe(0);
  });
});

describe('TimeBins', () => {
  it('counts headlines by second and class, with those seconds in which none came', () => {
    const bins = new TimeBins(2);
    bins.add(10_200, 0, 3);
    bins.add(10_900, 1, 5);
    bins.add(12_100, 1, 9);
    expect(bins.columns(13_500)).toEqual({
      times: [10, 11, 12, 13],
      counts: [
        [1, 0, 0, 0],
        [1, 0, 1, 0],
      ],
      totals: [2, 0, 1, 0],
      rates: [2, 0, 1, 0],
      median: [3, null, 9, null],
      slowest: [5, null, 9, null],
    });
  });

  it('reckons the rate of the last bin by the time that has passed', () => {
    const bins = new TimeBins(1, 4);
    for (let i = 0; i < 6; i++) bins.add(i * 5000, 0, 1);
    expect(bins.widthMs).toBe(10_000);
    for (let i = 0; i < 8; i++) bins.add(26_000, 0, 1);
    expect(bins.columns(24_000).rates.at(-1)).toBe(10 / 4);
    expect(bins.recentRate(24_000, 1000)).toBeCloseTo(12 / 14);
    expect(new TimeBins(1).recentRate(1000, 1000)).toBe(0);
  });

  it('never has more bins than it may, and loses no headline while bins can become longer', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300_000 }), { minLength: 1, maxLength: 200 }), (steps) => {
        const bins = new TimeBins(3, 10);
        let time = 1_700_000_000_000;
        steps.forEach((step, index) => {
          time += step;
          bins.add(time, index % 3, 1);
        });
        const { times, counts, totals } = bins.columns(time);
        expect(times.length).toBeLessThanOrEqual(10);
        expect(totals.reduce((sum, total) => sum + total, 0)).toBe(steps.length);
        expect(counts.map((of) => of.reduce((sum, count) => sum + count, 0))).toEqual(
          [0, 1, 2].map((category) => steps.filter((_, index) => index % 3 === category).length),
        );
        for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBe(bins.widthMs / 1000);
        expect(times.at(-1)! * 1000).toBeLessThanOrEqual(time);
      }),
    );
  });

  it('lets the oldest go once bins are days, even after years', () => {
    const bins = new TimeBins(1, 3);
    const day = 86_400_000;
    bins.add(0, 0, 1);
    for (let i = 1; i < 6; i++) bins.add(i * day, 0, 1);
    expect(bins.columns(5 * day).totals).toEqual([1, 1, 1]);
    bins.add(5000 * day, 0, 1);
    expect(bins.columns(5000 * day).totals.at(-1)).toBe(1);
    expect(bins.columns(5000 * day).times.length).toBeLessThanOrEqual(3);
  });

  it('counts what comes from before its first bin in that', () => {
    const bins = new TimeBins(1);
    bins.add(10_000, 0, 1);
    bins.add(2000, 0, 1);
    expect(bins.columns(10_000).totals).toEqual([2]);
  });
});
