import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { Weight } from '../../../contracts/models/StateDict.js';

/** A float32 represents whole numbers exactly up to here. */
const EXACT = 2 ** 24;

/**
 * A number of steps as a weight: a scalar, as in PyTorch. From 2²⁴ on it has two values, the multiples of 2²⁴ and the
 * rest, so that the number stays exact.
 */
export const stepWeight = (step: number): Weight =>
  step < EXACT
    ? { shape: [], data: Float32Array.of(step) }
    : { shape: [2], data: Float32Array.of(Math.floor(step / EXACT), step % EXACT) };

/**
 * Reads the number of steps from a state.
 *
 * @param what the name of the optimizer, for the error message
 * @throws HeadwaterError `HW_ARTIFACT` when it is missing or not a whole number
 */
export const stepOf = (weight: Weight | undefined, what: string): number => {
  const [first, second] = weight?.data ?? [];
  const step = first === undefined ? NaN : second === undefined ? first : first * EXACT + second;
  if (Number.isSafeInteger(step) && step >= 0) return step;
  throw new HeadwaterError(
    'HW_ARTIFACT',
    `The state of ${what} has no "step" that is a whole number. Save the checkpoint again.`,
  );
};
