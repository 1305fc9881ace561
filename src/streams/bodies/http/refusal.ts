import type { Dispatcher } from 'undici';
import { statusError } from './faults/httpError.js';
import { headerOf } from './connection/httpExchange.js';
import { retryAfter } from './faults/retryAfter.js';
import type { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { ConnectionLost } from './faults/ConnectionLost.js';

/** The statuses of temporary failures. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Whether a status is that of a temporary failure. From 520 to 530, it is that of a content delivery network whose edge
 * does not reach the server.
 */
const isPassing = (status: number): boolean => PASSING.has(status) || (status >= 520 && status <= 530);

/** A response without the requested stream. */
export interface RefusingAnswer {
  readonly status: number;
  /** Its headers `Retry-After` and `Date`. */
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
}

/**
 * The error for a response without the requested stream: `ConnectionLost` if a retry makes sense, with the wait that
 * the server asks for.
 */
export const refusal = (name: string, answer: RefusingAnswer, now: number): HeadwaterError | ConnectionLost => {
  if (!isPassing(answer.status)) return statusError(name, answer.status);
  const waitMs = retryAfter(answer.retryAfter, answer.date, now);
  return new ConnectionLost(statusError(name, answer.status, waitMs), waitMs);
};

/**
 * Rejects a response with a temporary failure.
 *
 * @param now the time in milliseconds since 1970
 * @throws ConnectionLost for a temporary status
 */
export const requireReady = (response: Dispatcher.ResponseData, name: string, now: number): void => {
  if (!isPassing(response.statusCode)) return;
  throw refusal(
    name,
    { status: response.statusCode, retryAfter: headerOf(response, 'retry-after'), date: headerOf(response, 'date') },
    now,
  );
};
