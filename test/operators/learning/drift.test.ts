import fc from 'fast-check';
import { from } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { DriftDetected } from '../../../src/contracts/live/Learning.js';
import { random } from '../../../src/contracts/random.js';
import { adwin } from '../../../src/operators/learning/adwin.js';
import { AdaptiveWindow } from '../../../src/operators/learning/internal/AdaptiveWindow.js';
import { pageHinkley } from '../../../src/operators/learning/pageHinkley.js';

/** Throws of a coin that shows 1 with a probability that may change. */
const throws = (seed: number, count: number, probability: (at: number) => number): readonly number[] => {
  const dice = random(seed, 'test');
  return Array.from({ length: count }, (_, at) => (dice.uniform() < probability(at) ? 1 : 0));
};

const collect = (values: readonly number[], detector: ReturnType<typeof adwin>): readonly DriftDetected[] => {
  const seen: DriftDetected[] = [];
  from(values)
    .pipe(detector)
    .subscribe((drift) => seen.push(drift));
  return seen;
};

const seeds = Array.from({ length: 10 }, (_, i) => i + 1);
const ROWS = 2000;

describe('adwin, as its paper has it', () => {
  // Theorem 3.1 bounds the rate at any one value by δ; in practice it is far below, since the bound is one for the
  // worst case.
  it.each([0.01, 0.1, 0.3, 0.5])(
    'gives hardly any false alarm on a coin of %d that does not change, for any delta',
    (probability) => {
      for (const delta of [0.05, 0.1, 0.3]) {
        const alarms = seeds.reduce(
          (sum, seed) =>
            sum +
            collect(
              throws(seed, ROWS, () => probability),
              adwin({ delta }),
            ).length,
          0,
        );
        expect(alarms / (seeds.length * ROWS)).toBeLessThan(delta / 20);
      }
    },
  );

  it('gives fewer the smaller delta is, and next to none at the default', () => {
    const alarmsAt = (delta?: number): number =>
      seeds.reduce(
        (sum, seed) =>
          sum +
          collect(
            throws(seed, ROWS, () => 0.5),
            adwin({ delta }),
          ).length,
        0,
      );
    expect(alarmsAt(0.3)).toBeGreaterThan(alarmsAt(0.002));
    expect(alarmsAt()).toBeLessThan(seeds.length);
  });

  // The bound solved for the rows after the change: Δ ≤ √(2/m · σ² · ln(2 ln W / δ)) + 2/(3m) · ln(2 ln W / δ), with
  // half as many again for chance.
  it.each([
    [0.2, 0.8, 60],
    [0.2, 0.6, 110],
    [0.2, 0.4, 450],
  ])('notices an abrupt change from %d to %d within %d values, and keeps what came after', (before, after, within) => {
    for (const seed of seeds) {
      const values = throws(seed, 3000, (at) => (at < 2000 ? before : after));
      const drifts = collect(values, adwin()).filter(({ at }) => at >= 2000);
      const [first] = drifts;
      expect(first?.at).toBeLessThan(2000 + within);
      expect(Math.abs(first!.before - before)).toBeLessThan(0.05);
      expect(first!.after).toBeGreaterThan((before + after) / 2);
      // Where it estimates the change to be.
      expect(Math.abs(first!.at + 1 - first!.rows - 2000)).toBeLessThan(30 / (after - before));
      const window = windowOver(values);
      // All of the new, and little of the old: the less, the larger the change.
      expect(window.width).toBeGreaterThan(900);
      expect(window.width).toBeLessThan(1000 + 70 / (after - before));
      expect(Math.abs(window.mean - after)).toBeLessThan(0.06);
    }
  });

  it('notices the larger change the sooner', () => {
    const delay = (after: number): number =>
      seeds.reduce(
        (sum, seed) =>
          sum +
          (collect(
            throws(seed, 4000, (at) => (at < 2000 ? 0.2 : after)),
            adwin(),
          ).find(({ at }) => at >= 2000)?.at ?? 4000) -
          2000,
        0,
      ) / seeds.length;
    const [large, middle, small] = [delay(0.8), delay(0.5), delay(0.35)];
    expect(large).toBeLessThan(middle);
    expect(middle).toBeLessThan(small);
  });

  it('follows a gradual change in steps, its window never wider than what has that mean', () => {
    for (const seed of seeds) {
      const slope = (at: number): number => 0.2 + 0.6 * Math.min(1, Math.max(0, (at - 1000) / 1000));
      const drifts = collect(throws(seed, 3000, slope), adwin());
      const onSlope = drifts.filter(({ at }) => at >= 1000 && at < 2200);
      expect(onSlope.length).toBeGreaterThan(1);
      for (const { after, before } of onSlope) expect(after).toBeGreaterThan(before);
      expect(Math.abs((onSlope.at(-1)?.after ?? 0) - 0.8)).toBeLessThan(0.2);
    }
  });

  it('notices a change of mean in values of any kind between 0 and 1, as river does in its documentation', () => {
    // There 1,000 values of 0 and 1 are followed by 1,000 of 4 to 7, and the change is told at value 1023, river
    // looking at every 32nd alone.
    const dice = random(12345, 'test');
    const values = Array.from({ length: 2000 }, (_, at) => (at < 1000 ? dice.below(2) : 4 + dice.below(4)) / 7);
    const [first] = collect(values, adwin());
    expect(first?.at).toBeGreaterThanOrEqual(1005);
    expect(first?.at).toBeLessThanOrEqual(1023);
  });
});

const windowOver = (values: readonly number[], delta = 0.002): AdaptiveWindow => {
  const window = new AdaptiveWindow(delta);
  for (const value of values) {
    window.add(value);
    window.cut();
  }
  return window;
};

describe('AdaptiveWindow', () => {
  it('keeps W values in O(log W) buckets', () => {
    const window = new AdaptiveWindow(1e-9);
    let most = 0;
    for (let width = 1; width <= 100_000; width++) {
      window.add(width % 2);
      most = Math.max(most, window.buckets / Math.ceil(Math.log2(width + 1)));
    }
    expect(window.width).toBe(100_000);
    expect(most).toBeLessThanOrEqual(5);
    expect(window.buckets).toBeGreaterThan(16);
  });

  it('has the mean of the values in it', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 }), (values) => {
        const window = windowOver(values);
        const kept = values.slice(values.length - window.width);
        expect(window.mean).toBeCloseTo(kept.reduce((sum, value) => sum + value, 0) / kept.length, 10);
      }),
      { seed: 7, numRuns: 200 },
    );
    expect(new AdaptiveWindow(0.1).mean).toBe(0);
  });

  it('cuts where the bound says, reckoned over all values', () => {
    // Of every window that is cut, and of one value less: what the bound says of the cuts at bucket borders, by the
    // values themselves.
    const values = throws(3, 400, (at) => (at < 200 ? 0.1 : 0.9));
    const window = new AdaptiveWindow(0.05);
    let checked = 0;
    for (const [at, value] of values.entries()) {
      window.add(value);
      const width = window.width;
      const inside = values.slice(at + 1 - width, at + 1);
      const cut = window.cut();
      // What is left is of one mean.
      expect(window.cut()).toBeUndefined();
      const mean = inside.reduce((a, b) => a + b, 0) / width;
      const variance = inside.reduce((sum, x) => sum + (x - mean) ** 2, 0) / width;
      const beyond = (older: number): boolean => {
        const newer = width - older;
        const inverse = 1 / older + 1 / newer;
        const ln = Math.log((2 * Math.log(width)) / 0.05);
        const epsilon = Math.sqrt(2 * inverse * variance * ln) + (2 / 3) * inverse * ln;
        const sum = (part: readonly number[]): number => part.reduce((a, b) => a + b, 0);
        return Math.abs(sum(inside.slice(0, older)) / older - sum(inside.slice(older)) / newer) > epsilon;
      };
      const anywhere = width < 10 ? false : Array.from({ length: width - 9 }, (_, i) => i + 5).some(beyond);
      // A cut is made only where the bound allows one; and where none is made, then not for want of looking: no cut in
      // the middle of many buckets is missed by much.
      if (cut !== undefined) {
        expect(anywhere).toBe(true);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(0);
  });
});

describe('pageHinkley, as the literature has it', () => {
  // The test of the literature forgets nothing.
  const options = { threshold: 50, delta: 0.05, alpha: 1 };

  it('gives no alarm on errors that do not grow', () => {
    for (const seed of seeds)
      expect(
        collect(
          throws(seed, ROWS, () => 0.3),
          pageHinkley(options),
        ),
      ).toEqual([]);
  });

  it('notices a change of Δ after about λ / (Δ − δ) values, and estimates where it was', () => {
    for (const after of [0.9, 0.7]) {
      const delays = seeds.map((seed) => {
        const [first] = collect(
          throws(seed, 6000, (at) => (at < 4000 ? 0.2 : after)),
          pageHinkley(options),
        );
        expect(Math.abs(first!.before - 0.2)).toBeLessThan(0.03);
        expect(first!.after).toBeGreaterThan(0.4);
        expect(first!.after).toBeLessThan(after + 0.1);
        // The sum may have been least some time before the change, as a random walk may.
        expect(Math.abs(first!.at + 1 - first!.rows - 4000)).toBeLessThan(200);
        return first!.at - 4000;
      });
      const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
      const wanted = 50 / (after - 0.2 - 0.05);
      expect(mean).toBeGreaterThan(wanted * 0.9);
      expect(mean).toBeLessThan(wanted * 1.15);
    }
  });

  it('waits longer the higher the threshold is', () => {
    const at = (threshold: number): number =>
      collect(
        throws(1, 3000, (row) => (row < 1000 ? 0.2 : 0.7)),
        pageHinkley({ ...options, threshold }),
      )[0]?.at ?? Infinity;
    expect(at(20)).toBeLessThan(at(50));
    expect(at(50)).toBeLessThan(at(100));
  });

  // Where River 0.26.1's PageHinkley(alpha, mode, min_instances=30, delta=0.005, threshold=50) gives its alarms on
  // these values. The numbers are what that program printed.
  describe('gives its alarms where River does', () => {
    const coins = (count: number, probability: (at: number) => number): readonly number[] => {
      let state = 42n;
      return Array.from({ length: count }, (_, at) => {
        state = (state * 1103515245n + 12345n) % 2147483648n;
        return Number(state) / 2147483648 < probability(at) ? 1 : 0;
      });
    };
    const still = coins(200_000, () => 0.3);
    const steps = coins(20_000, (at) => (Math.floor(at / 3000) % 2 === 0 ? 0.2 : 0.5));

    it.each<[number, 'up' | 'down', readonly number[]]>([
      [1, 'up', [7950, 10369, 39154, 85888, 93818, 119635, 143620, 156082, 157522, 182440]],
      [0.9999, 'up', [7931, 25379, 38701, 45642, 70332, 85885, 93792, 118843, 131490, 155957, 179697]],
      [0.999, 'up', [10326, 13778, 45765, 93817, 119157, 131224, 155598, 184157]],
      [0.999, 'down', [12225, 18644, 41611, 103756, 126724, 149387, 154556, 188281]],
    ])('on values that do not change, with alpha %d, %s', (alpha, direction, alarms) => {
      expect(collect(still, pageHinkley({ alpha, direction })).map(({ at }) => at)).toEqual(alarms);
    });

    it.each<[number | undefined, 'up' | 'down' | 'both', readonly number[]]>([
      [1, 'up', [3151, 9318, 15366]],
      [undefined, 'up', [3149, 9242, 15279]],
      [undefined, 'down', [6292, 12194, 18244]],
      [undefined, 'both', [3149, 6204, 9121, 12051, 15154, 18085]],
      [0.999, 'both', [3138, 6206, 9117, 12045, 15173, 18099]],
    ])('on values that change every 3000, with alpha %s, %s', (alpha, direction, alarms) => {
      expect(collect(steps, pageHinkley({ alpha, direction })).map(({ at }) => at)).toEqual(alarms);
    });
  });
});
