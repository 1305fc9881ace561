import { HeadwaterError, type ErrorCode } from '../../../contracts/HeadwaterError.js';
import { isDecodingError } from '../../bodies/http/decodeContent.js';
import { ConnectionLost } from '../../bodies/http/faults/ConnectionLost.js';

/** The codes of temporary errors. */
const PASSING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['HW_HTTP_CONNECT', 'HW_HTTP_TIMEOUT', 'HW_HTTP_CUT']);

/** Wraps the error of a connection in `ConnectionLost` if a retry makes sense; returns other errors unchanged. */
export const worthRetrying = (error: unknown): unknown => {
  if (!(error instanceof HeadwaterError)) return error;
  // A decoding error may come from a stream that was cut, so it is retried. An unknown encoding is not: it would stay
  // unknown.
  return PASSING.has(error.code) || isDecodingError(error.cause) ? new ConnectionLost(error) : error;
};
