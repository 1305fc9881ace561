import { HeadwaterError, type ErrorCode } from '../../../contracts/HeadwaterError.js';
import { isDecodingError } from '../../bodies/http/decodeContent.js';
import { ConnectionLost } from '../../bodies/http/faults/ConnectionLost.js';

/** What may be over by the next time. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['HW_HTTP_CONNECT', 'HW_HTTP_TIMEOUT', 'HW_HTTP_CUT']);

/** An error of a connection: as `ConnectionLost` where it is worth trying again, and else as it is. */
export const worthRetrying = (error: unknown): unknown => {
  if (!(error instanceof HeadwaterError)) return error;
  // A compressed stream that was cut is damaged; one in an unknown encoding stays so.
  return PASSING.has(error.code) || isDecodingError(error.cause) ? new ConnectionLost(error) : error;
};
