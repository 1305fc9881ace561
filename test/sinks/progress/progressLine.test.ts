import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import pc from 'picocolors';
import { barLine, duration, plainLine, type ProgressLine } from '../../../src/sinks/progress/internal/progressLine.js';
import { RateMeter } from '../../../src/sinks/progress/internal/RateMeter.js';

const plain = pc.createColors(false);

describe('duration', () => {
  it.each([
    [0, '0s'],
    [0.2, '1s'],
    [59, '59s'],
    [59.5, '1m00s'],
    [185, '3m05s'],
    [3599.5, '1h00m'],
    [7620, '2h07m'],
    [360_000, '100h00m'],
    [-3, '0s'],
  ])('shows %d s as %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});

describe('a line of progress', () => {
  const line: ProgressLine = { label: 'reading', done: 50, total: 100, unit: 'rows', rate: 12_345, note: undefined };

  it('is never more than done', () => {
    const over = { ...line, done: 130 };
    expect(plainLine(over)).toBe('reading  100%  130/100 rows  12,345 rows/s  0s left');
    expect(barLine(over, { columns: 80, unicode: false, paint: plain })).toBe(
      `reading  ${'#'.repeat(20)}  100%  12,345 rows/s  0s left`,
    );
  });

  it('has no share of nothing', () =>
    expect(plainLine({ ...line, done: 0, total: 0, rate: undefined })).toBe('reading  0/0 rows'));

  it('leaves the bar out before it leaves the numbers out', () => {
    expect(barLine(line, { columns: 47, unicode: false, paint: plain })).toBe('reading  50%  12,345 rows/s  1s left');
    expect(barLine(line, { columns: 48, unicode: false, paint: plain })).toBe(
      'reading  ####----   50%  12,345 rows/s  1s left',
    );
  });

  it('fits the terminal, whatever it says, counting wide characters as two', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '新', '🏅', ' ') });
    const arbitrary = fc.record({
      label: text,
      done: fc.nat(2000),
      total: fc.option(fc.nat(1000), { nil: undefined }),
      unit: fc.constant('rows'),
      rate: fc.option(fc.double({ min: 0.001, max: 1e9 }), { nil: undefined }),
      note: fc.option(text, { nil: undefined }),
    });
    const columnsOf = (shown: string): number =>
      Array.from(shown).reduce((sum, character) => sum + (['新', '🏅'].includes(character) ? 2 : 1), 0);
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 1, max: 120 }), fc.boolean(), (any, columns, unicode) => {
        expect(columnsOf(barLine(any, { columns, unicode, paint: plain }))).toBeLessThan(columns);
      }),
      { seed: 23, numRuns: 500 },
    );
  });
});

describe('RateMeter', () => {
  it('knows no rate before time has passed', () => {
    const meter = new RateMeter(1000);
    meter.add(5, 1000);
    expect(meter.perSecond(1000)).toBeUndefined();
    expect(new RateMeter(0).perSecond(500)).toBeUndefined();
  });

  it('counts from the start at first, and then over its window', () => {
    const meter = new RateMeter(0, 1000);
    for (let time = 100; time <= 5000; time += 100) meter.add(10, time);
    expect(meter.perSecond(5000)).toBeCloseTo(100, 0);
    // Ten times as fast: after a window nothing else is remembered.
    for (let time = 5100; time <= 7000; time += 100) meter.add(100, time);
    expect(meter.perSecond(7000)).toBeCloseTo(1000, 0);
  });

  it('falls when nothing comes', () => {
    const meter = new RateMeter(0);
    meter.add(100, 1000);
    expect(meter.perSecond(1000)).toBe(100);
    expect(meter.perSecond(4000)).toBe(25);
  });
});
