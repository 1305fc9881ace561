import { LONGEST_TIMER } from '../../contracts/runtime/longestTimer.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { requireNumber } from '../internal/requireNumber.js';

/** How long to wait before something that failed is tried again. */
export interface BackoffOptions {
  /** The longest wait before the first new attempt; each failure in a row doubles it. Milliseconds; default 1,000. */
  readonly initialMs?: number | undefined;
  /** The longest wait of all. Milliseconds; default 300,000. */
  readonly maxMs?: number | undefined;
}

/**
 * Exponential backoff with full jitter: the wait is drawn anywhere between 0 and a bound that doubles with each
 * attempt.
 *
 * So many clients that lost the same server at the same moment come back spread out, and not in waves (M. Brooker,
 * "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 *
 * @param options the bound's first value and its last, and a generator of numbers in [0, 1)
 * @returns the wait in whole milliseconds before a new attempt; 1 is the first one after a failure
 * @throws HeadwaterError `HW_USAGE` for waits that cannot be, at once
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
  // 2 ** 1024 is Infinity, which the bound cuts off as well.
  return (attempt) => Math.floor(random() * Math.min(last, first * 2 ** (attempt - 1)));
};
