import { expect, it } from 'vitest';
import { xRange } from '../../../src/page/charts/xRange.js';

it.each<readonly [string, readonly number[], number, readonly [number, number]]>([
  ['from the first value to the last', [1, 2, 5], 0, [1, 5]],
  ['with room for the last bar', [1, 2, 5], 2, [1, 7]],
  ['a single bar', [1_790_000_000], 1, [1_790_000_000, 1_790_000_001]],
  ['around a single point', [1_790_000_000], 0, [1_789_999_999.5, 1_790_000_000.5]],
  ['something where there is nothing', [], 0, [-0.5, 0.5]],
])('the x axis shows %s', (_, x, barWidth, range) => {
  expect(xRange(x, barWidth)).toEqual(range);
});
