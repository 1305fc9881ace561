import { describe, expect, it } from 'vitest';
import { ALL } from '../../../src/page/headlines/headlineFilter.js';
import { HeadlineRing } from '../../../src/page/headlines/HeadlineRing.js';
import { ShownHeadlines } from '../../../src/page/headlines/ShownHeadlines.js';
import { seenHeadline } from './headline.js';

const ringOf = (...probabilities: readonly number[]): HeadlineRing => {
  const ring = new HeadlineRing(5);
  for (const probability of probabilities) ring.push(seenHeadline({ ordinal: ring.end, probability }));
  return ring;
};

const ordinals = (shown: ShownHeadlines): readonly number[] => shown.ring.fromTop().map(({ ordinal }) => ordinal);

describe('ShownHeadlines', () => {
  it('shows those that the filter lets through, the newest on top, and adds what comes', () => {
    const all = ringOf(0.9, 0.4, 0.8);
    const shown = new ShownHeadlines(all, ['World']);
    shown.use({ ...ALL, least: 50 }, 0);
    expect(ordinals(shown)).toEqual([2, 0]);
    for (const probability of [0.7, 0.1, 0.6]) all.push(seenHeadline({ ordinal: all.end, probability }));
    const before = shown.ring;
    shown.catchUp(0);
    expect(ordinals(shown)).toEqual([5, 3, 2, 0]);
    expect(shown.ring).toBe(before);
  });

  it('sorts by how sure the model is, those first of which nothing was read', () => {
    const all = ringOf(0.9, 0.4, 0.8);
    all.push(seenHeadline({ ordinal: 3, probability: 0.99, unread: true }));
    const shown = new ShownHeadlines(all, ['World']);
    shown.use({ ...ALL, order: 'unsure' }, 0);
    expect(ordinals(shown)).toEqual([3, 1, 2, 0]);
  });

  it('puts those that are labelled behind the unsure ones', () => {
    const shown = new ShownHeadlines(ringOf(0.9, 0.4, 0.8), ['World'], ({ ordinal }) => ordinal === 1);
    shown.use({ ...ALL, order: 'unsure' }, 0);
    expect(ordinals(shown)).toEqual([2, 0, 1]);
    shown.use(ALL, 0);
    expect(ordinals(shown)).toEqual([2, 1, 0]);
  });

  it('counts what waits, and shows it when it is put together anew', () => {
    const all = ringOf(0.9);
    const shown = new ShownHeadlines(all, ['World']);
    shown.use({ ...ALL, least: 50 }, 0);
    for (const probability of [0.7, 0.1]) all.push(seenHeadline({ ordinal: all.end, probability }));
    shown.wait(0);
    shown.wait(0);
    expect([shown.waiting, ordinals(shown)]).toEqual([1, [0]]);
    shown.rebuild(0);
    expect([shown.waiting, ordinals(shown)]).toEqual([0, [1, 0]]);
  });

  it('knows when one is older than the filter allows', () => {
    const shown = new ShownHeadlines(ringOf(0.9), ['World']);
    shown.use({ ...ALL, minutes: 1 }, 600_000);
    expect([shown.isStale(660_000), shown.isStale(660_001)]).toEqual([false, true]);
  });
});
