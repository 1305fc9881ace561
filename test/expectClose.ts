import { expect } from 'vitest';

/**
 * Compares values one by one: the difference must be within the tolerance, absolute, or relative where the expected
 * value exceeds 1.
 */
export const expectClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  expect(actual.length).toBe(expected.length);
  let worst = { ratio: 0, at: -1 };
  for (let i = 0; i < expected.length; i++) {
    const ratio = Math.abs(actual[i]! - expected[i]!) / (tolerance * Math.max(1, Math.abs(expected[i]!)));
    if (!(ratio <= worst.ratio)) worst = { ratio, at: i };
    if (Number.isNaN(ratio)) break; // or a later value would take its place
  }
  if (!(worst.ratio <= 1))
    expect.fail(`value ${worst.at} is ${actual[worst.at]!}, expected ${expected[worst.at]!} within ${tolerance}`);
};
