import type { Tensor } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Values in row-major order and their shape. */
interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** Holds every value to one expected: within the tolerance, or within its share of the value where that exceeds 1. */
export const expectValuesClose = (name: string, actual: Values, expected: Values, tolerance: number): void => {
  expect([...actual.shape], `${name}: shape`).toEqual([...expected.shape]);
  expect(actual.data.length, `${name}: size`).toBe(expected.data.length);
  let worst = 0;
  let at = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const want = expected.data[i]!;
    const off = Math.abs(actual.data[i]! - want) / Math.max(1, Math.abs(want));
    // A value that is no number must fail, and NaN is never greater.
    if (!(off <= worst)) [worst, at] = [off, i];
    if (Number.isNaN(off)) break;
  }
  expect(worst, `${name}[${at}]: ${actual.data[at] ?? NaN} instead of ${expected.data[at] ?? NaN}`).toBeLessThanOrEqual(
    tolerance,
  );
};

/** The same for a tensor. */
export const expectClose = (name: string, actual: Tensor, expected: Values, tolerance: number): void => {
  expectValuesClose(name, { shape: actual.shape, data: actual.dataSync() }, expected, tolerance);
};
