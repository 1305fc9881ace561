import { checkOptions } from '../contracts/checkOption.js';
import { difference, type DifferenceOptions } from './difference.js';

/** Any typed array of numbers. */
export type TypedArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/**
 * Whether two typed arrays are of the same kind and length and hold the same numbers, within a tolerance.
 *
 * It has the form of an equality tester: in vitest, `expect.extend({ toEqualTypedArray: (a, b) => ({ pass:
 * typedArraysEqual(a, b), message: () => String(difference(a, b)) }) })`.
 *
 * @param actual the value that the code gave
 * @param expected the expected value
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 * @example
 * ```ts
 * import { typedArraysEqual } from 'headwater/testing';
 * typedArraysEqual(Float32Array.of(0.1), Float32Array.of(0.1000001), { tolerance: 1e-5 }); // true
 * typedArraysEqual(Float32Array.of(1), Int32Array.of(1)); // false: another kind
 * ```
 */
export const typedArraysEqual = (
  actual: TypedArray,
  expected: TypedArray,
  options: DifferenceOptions = {},
): boolean => {
  checkOptions('typedArraysEqual', options, 'actual, expected, { tolerance: 1e-6 }');
  return difference(actual, expected, options) === undefined;
};
