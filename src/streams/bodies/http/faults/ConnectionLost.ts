import type { HeadwaterError } from '../../../../contracts/HeadwaterError.js';

/**
 * A connection is gone, or could not be made, and it is worth trying again. What errs with anything else is over for
 * good.
 */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  /** What happened. */
  readonly error: HeadwaterError;
  /** The least time before the next attempt that the server has asked for, in milliseconds. */
  readonly atLeastMs: number;

  constructor(error: HeadwaterError, atLeastMs = 0) {
    super(error.message, { cause: error });
    this.error = error;
    this.atLeastMs = atLeastMs;
  }
}
