import type { Dispatcher } from 'undici';
import { statusError } from './faults/httpError.js';
import { headerOf } from './connection/httpExchange.js';
import { retryAfter } from './faults/retryAfter.js';
import type { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { ConnectionLost } from './faults/ConnectionLost.js';

/** What a server may answer that will perhaps not answer so for long. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** An answer that is no stream. */
export interface RefusingAnswer {
  readonly status: number;
  /** Its headers `Retry-After` and `Date`. */
  readonly retryAfter: string | undefined;
  readonly date: string | undefined;
}

/**
 * What an answer that is no stream means: `ConnectionLost` where it is worth trying again, which may be at the time
 * that the server names.
 */
export const refusal = (name: string, answer: RefusingAnswer, now: number): HeadwaterError | ConnectionLost => {
  const error = statusError(name, answer.status);
  return PASSING.has(answer.status)
    ? new ConnectionLost(error, retryAfter(answer.retryAfter, answer.date, now))
    : error;
};

/**
 * Refuses an answer that is no body, for now.
 *
 * @param now the time, in milliseconds since 1970
 * @throws ConnectionLost for a status that may pass
 */
export const requireReady = (response: Dispatcher.ResponseData, name: string, now: number): void => {
  if (!PASSING.has(response.statusCode)) return;
  throw refusal(
    name,
    { status: response.statusCode, retryAfter: headerOf(response, 'retry-after'), date: headerOf(response, 'date') },
    now,
  );
};
