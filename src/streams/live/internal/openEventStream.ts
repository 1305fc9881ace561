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

/** Which stream to request, and how. */
export interface EventStreamRequest {
  readonly address: WebAddress;
  /** The name of the source in messages. */
  readonly name: string;
  /** Sent to the original URL, and to redirect targets of the same origin. */
  readonly headers: Readonly<Record<string, string>>;
  /** The id of the last event that was handled, so that the server resumes after it; empty for none. */
  readonly lastEventId: string;
  readonly timeouts: CheckedBodyOptions;
  readonly guard: Guard;
}

const NO_CONTENT = 204;

/** An id as a header value: its UTF-8 bytes, one per character. */
const headerBytes = (id: string): string => Buffer.from(id).toString('latin1');

const wrongType = (name: string, type: string | undefined): HeadwaterError =>
  new HeadwaterError(
    'HW_FEED',
    `${name} answers with ${type === undefined ? 'no content type' : JSON.stringify(type)}, ` +
      'and a stream of events is text/event-stream. Check the address.',
    { where: name },
  );

/** Sends the request and follows redirects. */
const follow = async (
  { address: start, name, headers, lastEventId, timeouts, guard }: EventStreamRequest,
  signal: AbortSignal,
) => {
  let address = start;
  let movedTo: string | undefined;
  // A permanent redirect after a temporary one does not mean that the requested URL has moved.
  let permanent = true;
  for (let redirects = 0; ; redirects++) {
    const { url, authorization } = address;
    const answered = await httpExchange({
      url,
      name,
      headers: {
        accept: 'text/event-stream',
        // Servers often delay a compressed stream until there is enough to compress.
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
 * Opens a stream of events.
 *
 * @param signal closes the connection immediately. The caller must abort it in every case when the stream is no longer
 *   needed
 * @param opened is called as soon as the headers of a successful response have arrived
 * @param now returns the time in milliseconds since 1970
 * @returns the bytes, decoded; undefined for a 204
 * @throws ConnectionLost for a temporary status
 * @throws HeadwaterError `HW_HTTP_…`, `HW_ADDRESS`, `HW_FEED`, `HW_ENCODING`; and any error of the body before its
 *   first byte
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
  // A proxy may add a header that the server has sent too, and repeated headers are joined by commas.
  if (type === undefined || !/^text\/event-stream\s*(?:[;,]|$)/i.test(type.trim())) {
    close();
    throw wrongType(name, type);
  }
  opened(movedTo);
  const { bytes, encodings } = bodyOf(answered);
  return decodeContent(addAbortSignal(signal, bytes), encodings, name);
};
