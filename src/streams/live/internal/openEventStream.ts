import { addAbortSignal, type Readable } from 'node:stream';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { CheckedBodyOptions } from '../../bodies/http/connection/BodyOptions.js';
import { decodeContent } from '../../bodies/http/decodeContent.js';
import { bodyOf } from '../../bodies/http/httpBody.js';
import { headerOf, httpExchange } from '../../bodies/http/connection/httpExchange.js';
import {
  PERMANENT_REDIRECTS,
  REDIRECTS,
  redirectTarget,
  tooManyRedirects,
} from '../../bodies/http/connection/redirects.js';
import type { WebAddress } from '../../bodies/http/connection/WebAddress.js';
import type { Guard } from '../ConnectionOptions.js';
import { refusal } from '../../bodies/http/refusal.js';

/** Which stream is asked for, and how. */
export interface EventStreamRequest {
  readonly address: WebAddress;
  /** What it is called. */
  readonly name: string;
  /** Sent to the address itself, and to where it redirects on the same server. */
  readonly headers: Readonly<Record<string, string>>;
  /** The id of the last event that was seen, to be told those after it; empty for none. */
  readonly lastEventId: string;
  readonly timeouts: CheckedBodyOptions;
  readonly guard: Guard;
}

const NO_CONTENT = 204;

/** An id as it is written into a header: its bytes in UTF-8. */
const headerBytes = (id: string): string => Buffer.from(id).toString('latin1');

const wrongType = (name: string, type: string | undefined): HeadwaterError =>
  new HeadwaterError(
    'HW_FEED',
    `${name} answers with ${type === undefined ? 'no content type' : JSON.stringify(type)}, and a stream of events is text/event-stream. Check the address.`,
    { where: name },
  );

/** Asks for it, where redirects lead in the end. */
const follow = async (
  { address: start, name, headers, lastEventId, timeouts, guard }: EventStreamRequest,
  signal: AbortSignal,
) => {
  let address = start;
  let movedTo: string | undefined;
  // A permanent redirect behind a passing one says nothing of the address that was asked.
  let permanent = true;
  for (let redirects = 0; ; redirects++) {
    const { url, authorization } = address;
    const answered = await httpExchange({
      url,
      name,
      headers: {
        accept: 'text/event-stream',
        // A compressed stream is often held back until there is enough to compress.
        'accept-encoding': 'identity',
        'cache-control': 'no-cache',
        ...authorization,
        ...(url.origin === start.url.origin ? headers : {}),
        ...(lastEventId === '' ? {} : { 'last-event-id': headerBytes(lastEventId) }),
      },
      signal,
      timeouts,
      lookup: guard(url),
    });
    const { statusCode } = answered.response;
    const location = headerOf(answered.response, 'location');
    if (!REDIRECTS.has(statusCode) || location === undefined) return { ...answered, movedTo };
    answered.close();
    address = redirectTarget(name, location, address, start);
    if (redirects === timeouts.maxRedirects) throw tooManyRedirects(name, timeouts.maxRedirects, address);
    permanent &&= PERMANENT_REDIRECTS.has(statusCode);
    if (permanent) movedTo = address.url.href;
  }
};

/**
 * Asks for a stream of events.
 *
 * @param signal closes it at once, whatever it is doing; to be aborted in any case when the stream is done with
 * @param opened is told as soon as the head of a good answer has come
 * @param now the time, in milliseconds since 1970
 * @throws ConnectionLost for a status that may pass
 * @throws HeadwaterError `HW_HTTP_…`, `HW_ADDRESS`, `HW_FEED`, `HW_ENCODING`; and what breaks the body before its first
 *   byte
 */
export const openEventStream = async (
  request: EventStreamRequest,
  signal: AbortSignal,
  opened: (movedTo: string | undefined) => void,
  now: () => number,
): Promise<Readable | undefined> => {
  const { name } = request;
  const answered = await follow(request, signal);
  const { response, close, movedTo } = answered;
  const { statusCode } = response;
  if (statusCode === NO_CONTENT) {
    close();
    return undefined;
  }
  if (statusCode !== 200) {
    close();
    throw refusal(
      name,
      { status: statusCode, retryAfter: headerOf(response, 'retry-after'), date: headerOf(response, 'date') },
      now(),
    );
  }
  const type = headerOf(response, 'content-type');
  if (type === undefined || !/^text\/event-stream\s*(?:;|$)/i.test(type.trim())) {
    close();
    throw wrongType(name, type);
  }
  opened(movedTo);
  const { bytes, encodings } = bodyOf(answered);
  return decodeContent(addAbortSignal(signal, bytes), encodings, name);
};
