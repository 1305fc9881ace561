import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { LONGEST_TIMER } from '../../contracts/runtime/longestTimer.js';
import { requireNumber } from './requireNumber.js';

/**
 * A time limit in milliseconds, or its default.
 *
 * @throws HeadwaterError `HW_USAGE` for anything but a whole number from 1 to the longest delay of a timer: a longer
 *   delay would fire immediately
 */
export const requireTime = (name: string, value: number | undefined, byDefault: number): number => {
  const ms = requireNumber(name, value, byDefault, 1);
  if (ms <= LONGEST_TIMER) return ms;
  throw new HeadwaterError(
    'HW_USAGE',
    `${name} must be at most ${LONGEST_TIMER}, the longest wait of a timer, not ${ms}.`,
  );
};
