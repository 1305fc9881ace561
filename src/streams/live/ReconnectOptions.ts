import { random } from '../../contracts/random.js';
import { backoff, type BackoffOptions } from '../pacing/backoff.js';
import { requireNumber } from '../internal/requireNumber.js';

/** How a lost connection is re-established. */
export interface ReconnectOptions {
  /**
   * The waits before new attempts. Each wait is drawn between 0 and a bound that starts at `initialMs` and doubles with
   * each consecutive failure, up to `maxMs`. Milliseconds; default 1,000 and 60,000. A wait that the server asks for is
   * added.
   */
  readonly backoff?: BackoffOptions | undefined;
  /** How long a connection must stay open to reset the waits to `initialMs`. Milliseconds; default 30,000. */
  readonly healthyMs?: number | undefined;
  /** The number of consecutive failures after which the stream ends with the last error. Default: no limit. */
  readonly maxAttempts?: number | undefined;
  /** The seed of the random waits. Any whole number; default: the time of the subscription. */
  readonly seed?: number | undefined;
}

/** Checked reconnect options, with all defaults. */
export interface CheckedReconnectOptions {
  /**
   * For the time of a subscription, returns a function from the number of an attempt (1: the first after a failure) to
   * the wait in milliseconds.
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
  // Checks the bounds now. Each subscription creates its own generator.
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
