import { STATUS_CODES } from 'node:http';
import { codeOf } from '../../../../contracts/codeOf.js';
import { HeadwaterError, type ErrorCode } from '../../../../contracts/HeadwaterError.js';

/** The reason of an error in one line; if several addresses were tried, that of the first one. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error && error.message !== '' ? error.message : String(codeOf(error) ?? '');
};

const timeouts: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection',
  ETIMEDOUT: 'did not accept a connection',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer',
  UND_ERR_BODY_TIMEOUT: 'stopped sending',
};

const timeout = (name: string, cause: unknown, circumstances: string): HeadwaterError | undefined => {
  const what = timeouts[String(codeOf(cause))];
  return what === undefined
    ? undefined
    : new HeadwaterError(
        'HW_HTTP_TIMEOUT',
        `${name} ${what} in the time allowed${circumstances}. Try ` +
          'again, or allow more by headersTimeout and bodyTimeout.',
        { cause, where: name },
      );
};

/** A server has sent more than the length that it declared, so the body may be cut at any place. */
export class SurplusError extends Error {
  override readonly name = 'SurplusError';

  constructor(cause: unknown) {
    super('the server sent more than the Content-Length that it declared', { cause });
  }
}

/** undici's message if a proxy refused to open a tunnel, with the status of the proxy. */
const REFUSED_TUNNEL = /^Proxy response \((\d+)\)/;

/** The error for a request that a proxy did not forward. */
const noWay = (name: string, cause: unknown, proxy: string): HeadwaterError => {
  const refused = REFUSED_TUNNEL.exec(reasonOf(cause))?.[1];
  const reason =
    refused === undefined ? reasonOf(cause) : `it answered ${refused} ${STATUS_CODES[refused] ?? ''}`.trimEnd();
  const remedy = /\b407\b/.test(reason)
    ? 'Write the name and the password into the address of the proxy'
    : 'Check the proxy and the address, or name the server in NO_PROXY';
  return new HeadwaterError(
    'HW_HTTP_CONNECT',
    `${name} could not be reached through the proxy ${proxy}: ${reason}. ${remedy}.`,
    { cause, where: name },
  );
};

/**
 * The error for a request without a response.
 *
 * @param proxy the proxy of the request, without its credentials
 */
export const noAnswer = (name: string, cause: unknown, proxy?: string): HeadwaterError => {
  const late = timeout(name, cause, proxy === undefined ? '' : ` through the proxy ${proxy}`);
  if (late !== undefined) return late;
  if (proxy !== undefined) return noWay(name, cause, proxy);
  const [code, what]: [ErrorCode, string] =
    codeOf(cause) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'
      ? ['HW_HTTP_CUT', 'contradicts itself about the length of its answer']
      : ['HW_HTTP_CONNECT', 'could not be reached'];
  return new HeadwaterError(
    code,
    `${name} ${what}: ${reasonOf(cause)}. Check the address, the server, and the network.`,
    { cause, where: name },
  );
};

/**
 * The error for a body that broke off.
 *
 * @param progress how much had been read, in words
 * @param remedy a sentence that says what to do
 */
export const brokenOff = (
  name: string,
  cause: unknown,
  progress: string,
  remedy = ' Try again; what has arrived is not the whole body.',
): HeadwaterError =>
  timeout(name, cause, ` after ${progress}`) ??
  new HeadwaterError('HW_HTTP_CUT', `${name} broke off after ${progress}: ${reasonOf(cause)}.${remedy}`, {
    cause,
    where: name,
  });

const ACCEPTED = 202;
const PARTIAL_CONTENT = 206;

/** The remedy for a status. */
const remedyFor = (status: number): string => {
  if (status === ACCEPTED) return 'What was asked for is not ready yet. Try again later.';
  if (status === PARTIAL_CONTENT)
    return 'It sends a part, and the whole was asked for. Try again, or give another address.';
  if (status === 429) return 'It is asked too often. Wait, and try again.';
  if (status >= 500) return "The fault is the server's. Try again later.";
  return status === 401 || status === 403
    ? 'It does not let everybody in. Check the address, and what it takes to be let in.'
    : 'Check the address.';
};

/**
 * The error for an unsuccessful response: `<name> answered 404 Not Found. Check the address.` A 206 that was not
 * requested is `HW_HTTP_CUT`.
 */
export const statusError = (name: string, status: number): HeadwaterError =>
  new HeadwaterError(
    status === PARTIAL_CONTENT ? 'HW_HTTP_CUT' : 'HW_HTTP_STATUS',
    `${`${name} answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()}. ${remedyFor(status)}`,
    { where: name },
  );
