import { concat, map, of, range, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { DriftDetected } from '../../../src/contracts/live/Learning.js';
import { adwin } from '../../../src/operators/learning/adwin.js';
import { pageHinkley } from '../../../src/operators/learning/pageHinkley.js';
import { runMarbles } from '../../../src/testing/runMarbles.js';

const bits = { o: 0, i: 1 };
const cut = new Error('cut');

describe('adwin', () => {
  // By the bound the means of 41 times 0 and then 1s differ beyond chance from the 17th 1 on (ε = 0.996), and by the
  // 19th there is a border between buckets near enough to where they meet.
  it('emits when the mean changes, at the value that shows it', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const value$ = cold('oooooooooooooooooooooooooooooooooooooooooiiiiiiiiiiiiiiiiiiiiiiiii|', bits);
      const seen$ = value$.pipe(
        adwin(),
        take(1),
        map(({ type, detector, before, at, rows }) => ({ type, detector, before, ofOnes: at - 40, rows })),
      );
      expectObservable(seen$).toBe(`${'-'.repeat(40 + 19)}(d|)`, {
        d: { type: 'drift', detector: 'adwin', before: 0, ofOnes: 19, rows: 20 },
      });
      expectSubscriptions(value$.subscriptions).toBe(`^${'-'.repeat(58)}!`);
    });
  });

  it('has a window of its own for every subscriber', () => {
    const value$ = concat(range(0, 200).pipe(map(() => 0)), range(0, 50).pipe(map(() => 1))).pipe(adwin());
    const [first, second]: [DriftDetected[], DriftDetected[]] = [[], []];
    value$.subscribe((drift) => first.push(drift));
    value$.subscribe((drift) => second.push(drift));
    expect(first.length).toBeGreaterThan(0);
    expect(second).toEqual(first);
  });

  it('waits, completes and fails as its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const never$ = cold<number>('-');
      expectObservable(never$.pipe(adwin()), '^--!').toBe('-');
      expectSubscriptions(never$.subscriptions).toBe('^--!');
      expectObservable(cold('-o-|', bits).pipe(adwin())).toBe('---|');
      expectObservable(cold('-o-#', bits, cut).pipe(adwin())).toBe('---#', {}, cut);
    });
  });

  it.each([-0.1, 1.1, NaN])('ends with HW_NUMERIC at %d, which is not between 0 and 1', (value) => {
    const seen: unknown[] = [];
    of(0, value)
      .pipe(adwin())
      .subscribe({ error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([
      expect.objectContaining({
        code: 'HW_NUMERIC',
        message: expect.stringContaining(`value 1 is ${value}`) as unknown,
      }),
    ]);
  });

  it.each([0, 1, -1, NaN])('refuses a delta of %d', (delta) => {
    expect(() => adwin({ delta })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});

describe('pageHinkley', () => {
  const options = { threshold: 2, delta: 0, leastRows: 3, alpha: 1 };

  it('emits when what exceeds the mean has added up, and starts anew', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      // After four 0s the 1s exceed their means by 4/5, 4/6 and 4/7: 2.04. Then all is 1, and nothing exceeds it.
      const value$ = cold('ooooiiiiiiii|', bits);
      expectObservable(value$.pipe(pageHinkley(options))).toBe('------d-----|', {
        d: { type: 'drift', detector: 'page-hinkley', at: 6, before: 0, after: 1, rows: 3 },
      });
      expectSubscriptions(value$.subscriptions).toBe('^-----------!');
    });
  });

  it('looks the way that it is told to', () => {
    const fall = 'iiiioooooooo|';
    const down = { d: { type: 'drift', detector: 'page-hinkley', at: 6, before: 1, after: 0, rows: 3 } };
    runMarbles(({ cold, expectObservable }) => {
      expectObservable(cold(fall, bits).pipe(pageHinkley(options))).toBe('------------|');
      expectObservable(cold(fall, bits).pipe(pageHinkley({ ...options, direction: 'down' }))).toBe(
        '------d-----|',
        down,
      );
      expectObservable(cold(fall, bits).pipe(pageHinkley({ ...options, direction: 'both' }))).toBe(
        '------d-----|',
        down,
      );
      expectObservable(cold('ooooiiiiiiii|', bits).pipe(pageHinkley({ ...options, direction: 'down' }))).toBe(
        '------------|',
      );
    });
  });

  it('gives no alarm before it has seen enough', () => {
    runMarbles(({ cold, expectObservable }) => {
      const value$ = cold('ooooiiiiiiii|', bits).pipe(
        pageHinkley({ ...options, leastRows: 9 }),
        map(({ at }) => at),
      );
      expectObservable(value$).toBe('--------d---|', { d: 8 });
    });
  });

  it('waits, completes and fails as its source', () => {
    runMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const never$ = cold<number>('-');
      expectObservable(never$.pipe(pageHinkley()), '^--!').toBe('-');
      expectSubscriptions(never$.subscriptions).toBe('^--!');
      expectObservable(cold('-o-|', bits).pipe(pageHinkley())).toBe('---|');
      expectObservable(cold('-o-#', bits, cut).pipe(pageHinkley())).toBe('---#', {}, cut);
    });
  });

  it.each([Infinity, NaN])('ends with HW_NUMERIC at %d', (value) => {
    const seen: unknown[] = [];
    of(0, value)
      .pipe(pageHinkley())
      .subscribe({ error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([expect.objectContaining({ code: 'HW_NUMERIC' })]);
  });

  it.each([
    { delta: -1 },
    { delta: NaN },
    { threshold: 0 },
    { threshold: Infinity },
    { leastRows: 0 },
    { alpha: 0 },
    { alpha: 1.1 },
  ])('refuses %o', (bad) => {
    expect(() => pageHinkley(bad)).toThrow(
      expect.objectContaining({
        code: 'HW_USAGE',
        message: expect.stringContaining(Object.keys(bad)[0] ?? '') as unknown,
      }),
    );
  });
});
