import type { SchedulerLike } from 'rxjs';
import type { SourceEvents } from '../../../../contracts/live/Live.js';
import { random } from '../../../../contracts/random.js';
import { requireNumber } from '../../../internal/requireNumber.js';
import { requireTime } from '../../../internal/requireTime.js';
import { backoff, type BackoffOptions } from '../../../pacing/backoff.js';

/** How failed requests and interrupted bodies are retried. */
export interface RetryOptions {
  /**
   * How many consecutive retries without a new byte in between are allowed. With 0, the first failure ends the stream.
   * Default 5.
   */
  readonly maxRetries?: number | undefined;
  /**
   * The waits before the retries. Each wait is drawn between 0 and a bound that starts at `initialMs` and doubles with
   * each consecutive failure, up to `maxMs`. Milliseconds; default 1,000 and 30,000. The wait of a `Retry-After` is
   * added.
   */
  readonly backoff?: BackoffOptions | undefined;
  /**
   * How long one pass may wait for the server in total, including the waits between requests. Time without a pending
   * request or read, such as behind a closed valve, does not count. Milliseconds; default 3,600,000.
   */
  readonly totalTimeout?: number | undefined;
  /**
   * Receives each failure and the time of the next attempt. If it throws, the stream ends with this error. Default:
   * none.
   */
  readonly events?: SourceEvents | undefined;
  /** The seed of the random waits. Any whole number; default: the time at which the pass began. */
  readonly seed?: number | undefined;
}

/** Checked retry options, with all defaults. */
export interface CheckedRetryOptions {
  readonly maxRetries: number;
  /**
   * For the time at which a pass began, returns a function from the number of a retry (1 for the first) to the wait in
   * milliseconds.
   */
  readonly waits: (beganAt: number) => (attempt: number) => number;
  readonly totalTimeout: number;
  readonly events: SourceEvents | undefined;
  readonly scheduler: SchedulerLike;
}

const HOUR = 3_600_000;
const MAX_MS = 30_000;

/** @throws HeadwaterError `HW_USAGE` for a value that cannot work */
export const checkRetryOptions = (
  { maxRetries, backoff: { initialMs, maxMs } = {}, totalTimeout, events, seed }: RetryOptions,
  scheduler: SchedulerLike,
): CheckedRetryOptions => {
  const bounds = { initialMs, maxMs: maxMs ?? Math.max(MAX_MS, initialMs ?? 0) };
  // Checks the bounds now. Each pass creates its own generator.
  backoff({ ...bounds, random: () => 0 });
  const given = seed === undefined ? undefined : requireNumber('seed', seed, 0, Number.MIN_SAFE_INTEGER);
  return {
    maxRetries: requireNumber('maxRetries', maxRetries, 5, 0),
    waits: (beganAt) => {
      const dice = random(given ?? beganAt, 'jitter');
      return backoff({ ...bounds, random: () => dice.uniform() });
    },
    totalTimeout: requireTime('totalTimeout', totalTimeout, HOUR),
    events,
    scheduler,
  };
};
