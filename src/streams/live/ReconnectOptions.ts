import { backoff, type BackoffOptions } from '../backoff.js';
import { requireNumber } from '../requireNumber.js';

/** How a connection that was lost is made again. */
export interface ReconnectOptions {
  /**
   * The waits before new attempts: anywhere between 0 and a bound that begins at `initialMs` and doubles with each failure in a row, up to `maxMs`.
   * Milliseconds; default 1,000 and 60,000. A wait that the server asks for comes on top.
   */
  readonly backoff?: BackoffOptions | undefined;
  /** How long a connection has to last for the waits to begin anew. Milliseconds; default 30,000. */
  readonly healthyMs?: number | undefined;
  /** How many attempts in a row may fail before the stream ends with the error. Default: no limit. */
  readonly maxAttempts?: number | undefined;
  /** Draws the waits: numbers in [0, 1). Default `Math.random`, for which others that lost the same server at the same time draw others. */
  readonly random?: (() => number) | undefined;
}

/** The same, checked and complete. */
export interface CheckedReconnectOptions {
  readonly waitMs: (attempt: number) => number;
  readonly healthyMs: number;
  readonly maxAttempts: number;
}

const MAX_MS = 60_000;

/** @throws HeadwaterError `HW_USAGE` for a value that cannot work */
export const checkReconnectOptions = ({ backoff: waits = {}, healthyMs, maxAttempts, random = Math.random }: ReconnectOptions): CheckedReconnectOptions => ({
  waitMs: backoff({ ...waits, maxMs: waits.maxMs ?? Math.max(MAX_MS, waits.initialMs ?? 0), random }),
  healthyMs: requireNumber('healthyMs', healthyMs, 30_000, 0),
  maxAttempts: maxAttempts === undefined ? Infinity : requireNumber('maxAttempts', maxAttempts, 1, 1),
});
