import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { ConnectionLost } from './ConnectionLost.js';
import { codeOf, SurplusError } from './httpError.js';

/** What a connection may break by that the next one may not. */
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

/** What the same is for a server that has answered before: it is begun anew, or the network is. */
const AWAY: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_ABORTED',
]);

/** Of several tries at several addresses, what the first failed by. */
const reasonCode = (error: unknown): string =>
  error instanceof AggregateError && error.errors.length > 0 ? reasonCode(error.errors[0]) : codeOf(error);

/**
 * Whether a request that failed, or an answer that broke off, is worth asking for again.
 *
 * @param answered whether the server has answered before. An address that nobody has answered at may be wrong, and who
 *   gave it wants to know at once
 */
export const mayPass = (error: unknown, answered: boolean): boolean => {
  if (error instanceof ConnectionLost) return true;
  if (error instanceof SurplusError) return false;
  if (error instanceof HeadwaterError)
    return error.code.startsWith('HW_HTTP_') && error.cause !== undefined && mayPass(error.cause, answered);
  const code = reasonCode(error);
  return BROKEN.has(code) || (answered && AWAY.has(code)) || error instanceof CutShort;
};

/** A server has ended its answer before the last byte that it had promised. */
export class CutShort extends Error {
  override readonly name = 'CutShort';

  constructor(done: number, total?: number) {
    super(
      total === undefined
        ? `the server did not go on behind byte ${done}`
        : `the server ended after ${done} of ${total} bytes`,
    );
  }
}
