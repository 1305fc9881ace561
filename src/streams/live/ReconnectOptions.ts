import { random } from '../../contracts/random.js';
import { backoff, type BackoffOptions } from '../pacing/backoff.js';
import { requireNumber } from '../internal/requireNumber.js';

/** How a connection that was lost is made again. */
export interface ReconnectOptions {
  /**
   * The waits before new attempts: anywhere between 0 and a bound that begins at `initialMs` and doubles with each
   * failure in a row, up to `maxMs`. Milliseconds; default 1,000 and 60,000. A wait that the server asks for comes on
   * top.
   */
  readonly backoff?: BackoffOptions | undefined;
  /** How long a connection has to last for the waits to begin anew. Milliseconds; default 30,000. */
  readonly healthyMs?: number | undefined;
  /** How many attempts in a row may fail before the stream ends with the error. Default: no limit. */
  readonly maxAttempts?: number | undefined;
  /** What the waits are drawn by. Any whole number; default: the time of subscribing. */
  readonly seed?: number | undefined;
}

/** The same, checked and complete. */
export interface CheckedReconnectOptions {
  /**
   * Begins to draw waits, for a subscription made at a time: the wait before each attempt, 1 for the first after a
   * failure.
   */
  readonly waits: (subscribedAt: number) => (attempt: number) => number;
  readonly healthyMs: number;
  readonly maxAttempts: number;
}

const MAX_MS = 60_000;

/** @throws HeadwaterError `HW_USAGE` for a value that cannot work */
export const checkReconnectOptions = ({
  backoff: { initialMs, maxMs } = {},
  healthyMs,
  maxAttempts,
  seed,
}: ReconnectOptions): CheckedReconnectOptions => {
  const bounds = { initialMs, maxMs: maxMs ?? Math.max(MAX_MS, initialMs ?? 0) };
  // Checked now; the generator is each subscription's own.
  backoff({ ...bounds, random: () => 0 });
  const given = seed === undefined ? undefined : requireNumber('seed', seed, 0, Number.MIN_SAFE_INTEGER);
  return {
    waits: (subscribedAt) => {
      const dice = random(given ?? subscribedAt, 'jitter');
      return backoff({ ...bounds, random: () => dice.uniform() });
    },
    healthyMs: requireNumber('healthyMs', healthyMs, 30_000, 0),
    maxAttempts: maxAttempts === undefined ? Infinity : requireNumber('maxAttempts', maxAttempts, 1, 1),
  };
};
