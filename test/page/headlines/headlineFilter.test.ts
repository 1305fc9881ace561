import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALL,
  filterOf,
  fragmentOf,
  type HeadlineFilter,
  headlineTest,
} from '../../../src/page/headlines/headlineFilter.js';
import { seenHeadline } from './headline.js';

const headline = seenHeadline();

const shows = (filter: Partial<HeadlineFilter>, now = 600_000, given = headline): boolean =>
  headlineTest({ ...ALL, ...filter }, ['World', 'Sports'])(given, now);

describe('a filter', () => {
  it('shows by words, class, source, confidence and time', () => {
    expect(shows({})).toBe(true);
    expect([shows({ words: 'PORT ferry' }), shows({ words: 'port goal' })]).toEqual([true, false]);
    expect([shows({ category: 'World' }), shows({ category: 'Sports' })]).toEqual([true, false]);
    expect([shows({ source: headline.source }), shows({ source: 'stdin' })]).toEqual([true, false]);
    expect([shows({ most: 80 }), shows({ most: 62 }), shows({ least: 62 }), shows({ least: 80 })]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([shows({ minutes: 5 }, 800_000), shows({ minutes: 5 }, 1_000_000)]).toEqual([true, false]);
    expect([shows({ from: 600_000 }), shows({ from: 600_001 })]).toEqual([true, false]);
    expect([shows({ until: 600_000 }), shows({ until: 599_999 })]).toEqual([true, false]);
  });

  it('finds a letter in either of its two forms', () => {
    const zurich = seenHeadline({ title: 'Zu\u0308rich votes' });
    expect(shows({ words: 'Z\u00fcRICH' }, 0, zurich)).toBe(true);
  });

  it('counts a headline that was not read as one of which nothing is sure', () => {
    const unread = seenHeadline({ unread: true, probability: 0.97 });
    expect([shows({ most: 50 }, 0, unread), shows({ least: 95 }, 0, unread)]).toEqual([true, false]);
    expect(shows({ least: 95 }, 0, seenHeadline({ probability: 1 }))).toBe(true);
  });

  it('stands in the address, and is read from it', () => {
    const time = fc.option(fc.integer({ min: 0, max: 4e12 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({
          words: fc.string(),
          category: fc.string(),
          source: fc.webUrl(),
          least: fc.integer({ min: 0, max: 100 }),
          most: fc.integer({ min: 0, max: 100 }),
          minutes: fc.integer({ min: 0, max: 100_000 }),
          from: time,
          until: time,
          order: fc.constantFrom('newest', 'unsure'),
        }),
        (filter) => {
          expect(filterOf(`#${fragmentOf(filter)}`)).toEqual(filter);
        },
      ),
    );
    expect(fragmentOf(ALL)).toBe('');
    expect(filterOf('#least=400&most=x&minutes=-1&order=none&from=yesterday')).toEqual(ALL);
    // East of Greenwich, this last time of all has no local time.
    expect(filterOf('#from=%2B275760-09-13T00:00:00Z')).toEqual(ALL);
  });
});
