import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { ConnectionLost } from './ConnectionLost.js';
import { codeOf } from '../../../../contracts/codeOf.js';
import { SurplusError, TLS_FAULTS } from './httpError.js';

/** The codes of connection errors that may not occur again at the next attempt. */
const BROKEN: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNRESET',
  'EPIPE',
  'HPE_INVALID_EOF_STATE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_SOCKET',
]);

/** The codes that are also temporary if the server has answered before: the server or the network is restarting. */
const AWAY: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_ABORTED',
]);

/** The code of an error; if several addresses were tried, that of the first one. */
const reasonCode = (error: unknown): string =>
  error instanceof AggregateError && error.errors.length > 0
    ? reasonCode(error.errors[0])
    : String(codeOf(error) ?? '');

/**
 * Whether an answer is not HTTP, or TLS failed. If the server has answered before, something else may answer in its
 * place for a while: a login page of a network, a proxy that restarts, a connection with damaged bytes.
 */
const isInterference = (error: unknown, code: string): boolean =>
  (error instanceof Error && error.name === 'HTTPParserError') ||
  /^(?:ERR_SSL|ERR_TLS)_|^EPROTO$/.test(code) ||
  TLS_FAULTS.has(code);

/**
 * Whether a failed request or an interrupted response should be retried.
 *
 * @param answered whether the server has answered before. A URL at which no server has ever answered may be wrong, and
 *   the user should learn this immediately
 */
export const mayPass = (error: unknown, answered: boolean): boolean => {
  if (error instanceof ConnectionLost) return true;
  if (error instanceof SurplusError) return false;
  if (error instanceof HeadwaterError)
    return error.code.startsWith('HW_HTTP_') && error.cause !== undefined && mayPass(error.cause, answered);
  const code = reasonCode(error);
  return BROKEN.has(code) || (answered && (AWAY.has(code) || isInterference(error, code))) || error instanceof CutShort;
};

/** A server has ended its response before the last declared byte, or did not continue it where it was asked to. */
export class CutShort extends Error {
  override readonly name = 'CutShort';

  constructor(done: number, total?: number) {
    super(
      total === undefined
        ? `the server did not continue after byte ${done}`
        : `the server ended after ${done} of ${total} bytes`,
    );
  }
}
