import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Holds every value of a tensor to one expected: within the tolerance, or within its share of the value where that exceeds 1. */
export const expectClose = (name: string, actual: Tensor, expected: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }, tolerance: number): void => {
  expect([...actual.shape], `${name}: shape`).toEqual([...expected.shape]);
  const values = actual.dataSync();
  expect(values.length, `${name}: size`).toBe(expected.data.length);
  let worst = 0;
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    const want = expected.data[i]!;
    const off = Math.abs(values[i]! - want) / Math.max(1, Math.abs(want));
    // A value that is no number must fail, and NaN is never greater.
    if (!(off <= worst)) [worst, at] = [off, i];
    if (Number.isNaN(off)) break;
  }
  expect(worst, `${name}[${at}]: ${values[at] ?? NaN} instead of ${expected.data[at] ?? NaN}`).toBeLessThanOrEqual(tolerance);
};
