import { LONGEST_TIMER } from '../../contracts/runtime/longestTimer.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { requireNumber } from '../internal/requireNumber.js';

/** How long to wait after a failure before the next attempt. */
export interface BackoffOptions {
  /** The upper bound of the first wait. Each consecutive failure doubles it. Milliseconds; default 1,000. */
  readonly initialMs?: number | undefined;
  /** The largest upper bound. Milliseconds; default 300,000. */
  readonly maxMs?: number | undefined;
}

/**
 * Exponential backoff with full jitter: the wait is drawn uniformly between 0 and a bound that doubles with each
 * attempt.
 *
 * Many clients that lose the same server at the same moment then reconnect spread over time and not in waves (M.
 * Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param options the first and the largest value of the bound, and a generator of numbers in [0, 1)
 * @returns a function from the number of the attempt (1: the first after a failure) to the wait, in whole milliseconds
 * @throws HeadwaterError `HW_USAGE` for invalid bounds, immediately
 */
export const backoff = ({
  initialMs,
  maxMs,
  random,
}: BackoffOptions & { readonly random: () => number }): ((attempt: number) => number) => {
  const first = requireNumber('backoff.initialMs', initialMs, 1_000, 1);
  const last = requireNumber('backoff.maxMs', maxMs, Math.max(first, 300_000), 1);
  if (last < first)
    throw new HeadwaterError('HW_USAGE', `backoff.maxMs must be at least backoff.initialMs, ${first}, not ${last}.`);
  if (last > LONGEST_TIMER)
    throw new HeadwaterError(
      'HW_USAGE',
      `backoff.maxMs must be at most ${LONGEST_TIMER}, the longest wait of a timer, not ${last}.`,
    );
  // 2 ** 1024 is Infinity; `Math.min` limits that too.
  return (attempt) => Math.floor(random() * Math.min(last, first * 2 ** (attempt - 1)));
};
