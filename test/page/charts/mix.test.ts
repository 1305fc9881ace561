import { expect, it } from 'vitest';
import { describeMix } from '../../../src/page/charts/mix.js';
import { TimeBins } from '../../../src/page/charts/TimeBins.js';

const mixOf = (classes: readonly string[], ...categories: readonly number[]): string => {
  const bins = new TimeBins(classes.length);
  for (const category of categories) bins.add(0, category, 1);
  return describeMix(classes, bins.columns(0));
};

it('names the classes that headlines have, the most frequent first', () => {
  expect(mixOf(['Sports', 'World', 'Business'])).toBe('No headlines yet.');
  expect(mixOf(['Sports', 'World', 'Business'], 1, 0, 1, 1)).toBe('Of 4 headlines: World 75%, Sports 25%.');
});

it('counts the classes of other models as others', () => {
  expect(mixOf(['Sports'], 0, 1, 7, 1)).toBe('Of 4 headlines: Sports 25% and others.');
  expect(mixOf(['Sports'], 1)).toBe('Of 1 headline: others.');
  const eight = Array.from({ length: 8 }, (_, i) => `class ${i}`);
  expect(mixOf(eight, ...eight.keys())).toMatch(/class 5 13% and others\.$/);
});
