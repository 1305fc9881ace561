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
        `${name} ${what} in the time allowed${circumstances}. Try again. ` +
          'In code, headersTimeout and bodyTimeout allow more.',
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

const UNTRUSTED =
  'Node does not know who signed its certificate. If you trust it, write the certificate of the signer to a file, ' +
  'and name the file in the environment variable NODE_EXTRA_CA_CERTS.';
const NO_TLS = 'The server may not use TLS at this port. Check whether the address begins with http://.';

/** The remedies for faults of TLS, by the codes of Node and OpenSSL. */
const TLS_REMEDIES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'The server must renew its certificate. Check also that the clock of this machine is right.',
  CERT_NOT_YET_VALID: 'Check that the clock of this machine is right.',
  CERT_UNTRUSTED: UNTRUSTED,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is that of other servers. Check the name in the address.',
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
};

/** The codes of the faults of TLS that have a remedy. */
export const TLS_FAULTS: ReadonlySet<string> = new Set(Object.keys(TLS_REMEDIES));

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
    `${name} ${what}: ${reasonOf(cause)}. ` +
      (TLS_REMEDIES[String(codeOf(cause))] ?? 'Check the address, the server, and the network.'),
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

/** A wait, in seconds or in hours. */
const duration = (ms: number): string => (ms < 7_200_000 ? `${Math.ceil(ms / 1000)} s` : `${Math.ceil(ms / 3.6e6)} h`);

/** The remedy for a status. */
const remedyFor = (status: number, waitMs: number | undefined): string => {
  const wait = waitMs === undefined || waitMs === 0 ? undefined : `It asks to wait ${duration(waitMs)}.`;
  switch (status) {
    case ACCEPTED:
      return 'What was asked for is not ready yet. Try again later.';
    case PARTIAL_CONTENT:
      return 'It sends a part, and the whole was asked for. Try again, or give another address.';
    case 401:
    case 403:
      return (
        'It does not let everybody in. Check the address, and what it takes to be let in: ' +
        "the command sends it with --header 'Authorization: …', code with the option headers."
      );
    case 410:
      return 'It is gone for good. Give another address.';
    case 429:
      return `It is asked too often. ${wait ?? 'Wait, and try again.'}`;
    default:
      return status >= 500 ? `The fault is the server's. ${wait ?? 'Try again later.'}` : 'Check the address.';
  }
};

/**
 * The error for an unsuccessful response: `<name> answered 404 Not Found. Check the address.` A 206 that was not
 * requested is `HW_HTTP_CUT`.
 *
 * @param waitMs the wait that the server asks for, in milliseconds
 */
export const statusError = (name: string, status: number, waitMs?: number): HeadwaterError =>
  new HeadwaterError(
    status === PARTIAL_CONTENT ? 'HW_HTTP_CUT' : 'HW_HTTP_STATUS',
    `${`${name} answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()}. ${remedyFor(status, waitMs)}`,
    { where: name },
  );
