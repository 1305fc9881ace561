import { STATUS_CODES } from 'node:http';
import { HeadwaterError, type ErrorCode } from '../../../contracts/HeadwaterError.js';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** What is known of an error in one line: of several tries at several addresses, the first. */
const reasonOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error && error.message !== '' ? error.message : codeOf(error);
};

const timeouts: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection',
  ETIMEDOUT: 'did not accept a connection',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer',
  UND_ERR_BODY_TIMEOUT: 'stopped sending',
};

const timeout = (name: string, cause: unknown, progress: string): HeadwaterError | undefined => {
  const what = timeouts[codeOf(cause)];
  return what === undefined
    ? undefined
    : new HeadwaterError(
        'HW_HTTP_TIMEOUT',
        `${name} ${what} in the time allowed${progress}. Try again, or allow more by headersTimeout and bodyTimeout.`,
        { cause, where: name },
      );
};

/** The error for a request that got no answer. */
export const noAnswer = (name: string, cause: unknown): HeadwaterError => {
  const late = timeout(name, cause, '');
  if (late !== undefined) return late;
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
 * @param progress what had been read by then, in words
 */
export const brokenOff = (name: string, cause: unknown, progress: string): HeadwaterError =>
  timeout(name, cause, ` after ${progress}`) ??
  new HeadwaterError(
    'HW_HTTP_CUT',
    `${name} broke off after ${progress}: ${reasonOf(cause)}. Try again; what has arrived is not the whole body.`,
    { cause, where: name },
  );

/** What to do about a status. */
const remedyFor = (status: number): string => {
  if (status === 429) return 'It is asked too often. Wait, and try again.';
  if (status >= 500) return "The fault is the server's. Try again later.";
  return status === 401 || status === 403
    ? 'It does not let everybody in. Check the address, and what it takes to be let in.'
    : 'Check the address.';
};

/** The error for an answer that is none: `<name> answered 404 Not Found. Check the address.` */
export const statusError = (name: string, status: number): HeadwaterError =>
  new HeadwaterError(
    'HW_HTTP_STATUS',
    `${`${name} answered ${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()}. ${remedyFor(status)}`,
    { where: name },
  );
