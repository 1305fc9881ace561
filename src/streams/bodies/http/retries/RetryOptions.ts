import type { SchedulerLike } from 'rxjs';
import type { SourceEvents } from '../../../../contracts/live/Live.js';
import { random } from '../../../../contracts/random.js';
import { requireNumber } from '../../../internal/requireNumber.js';
import { requireTime } from '../../../internal/requireTime.js';
import { backoff, type BackoffOptions } from '../../../pacing/backoff.js';

/** What is done about a server that fails in the middle. */
export interface RetryOptions {
  /**
   * How many times in a row a request is sent again without a new byte having come in between. 0: the first failure ends
   * the stream. Default 5.
   */
  readonly maxRetries?: number | undefined;
  /**
   * The waits before that: anywhere between 0 and a bound that begins at `initialMs` and doubles with each failure in a
   * row, up to `maxMs`. Milliseconds; default 1,000 and 30,000. A `Retry-After` of the server comes on top.
   */
  readonly backoff?: BackoffOptions | undefined;
  /**
   * How long one pass may wait for the server in all, waits between requests included; time in which nothing was asked
   * of it, as behind a closed valve, does not count. Milliseconds; default 3,600,000.
   */
  readonly totalTimeout?: number | undefined;
  /**
   * Receives each failure and the time of the next attempt. If it throws, the stream ends with this error. Default: none.
   */
  readonly events?: SourceEvents | undefined;
  /** What the waits are drawn by. Any whole number; default: the time of subscribing. */
  readonly seed?: number | undefined;
}

/** The same, checked and complete. */
export interface CheckedRetryOptions {
  readonly maxRetries: number;
  /** Begins to draw waits, for a pass that began at a time: the wait before each attempt, 1 for the first. */
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
  // Checked now; the generator is each pass's own.
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
