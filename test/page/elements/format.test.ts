import { describe, expect, it } from 'vitest';
import { formatWidth } from '../../../src/page/elements/format.js';

describe('formatWidth', () => {
  it.each([
    [1000, '1 second'],
    [5000, '5 seconds'],
    [60_000, '1 minute'],
    [300_000, '5 minutes'],
    [3_600_000, '1 hour'],
    [86_400_000, '1 day'],
    [2_592_000_000, '30 days'],
  ])('says of %i ms that they are %s', (ms, words) => {
    expect(formatWidth(ms)).toBe(words);
  });
});
