import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { Weight } from '../../../contracts/models/StateDict.js';

/** Up to here a float32 counts exactly. */
const EXACT = 2 ** 24;

/**
 * A number of steps as a weight: a scalar, as in PyTorch; from 2²⁴ on two values, of which the first counts 2²⁴ steps,
 * so that it stays the whole number that it is.
 */
export const stepWeight = (step: number): Weight =>
  step < EXACT
    ? { shape: [], data: Float32Array.of(step) }
    : { shape: [2], data: Float32Array.of(Math.floor(step / EXACT), step % EXACT) };

/**
 * The number of steps of a state.
 *
 * @param what whose state it is, for the message
 * @throws HeadwaterError `HW_ARTIFACT` when it is missing, or no whole number
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
