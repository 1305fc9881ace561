import type { HeadwaterError } from '../../../../contracts/HeadwaterError.js';

/**
 * A connection was lost or could not be established, and a retry makes sense. Any other error ends the source
 * permanently.
 */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  /** The cause. */
  readonly error: HeadwaterError;
  /** The minimum wait before the next attempt that the server asked for, in milliseconds. */
  readonly atLeastMs: number;
  /** Whether the server ended the connection in order, after it had sent something on it. */
  readonly served: boolean;

  constructor(error: HeadwaterError, atLeastMs = 0, served = false) {
    super(error.message, { cause: error });
    this.error = error;
    this.atLeastMs = atLeastMs;
    this.served = served;
  }
}
