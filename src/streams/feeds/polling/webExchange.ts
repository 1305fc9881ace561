import { addAbortSignal } from 'node:stream';
import { Observable } from 'rxjs';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { CheckedBodyOptions, HeadersOf } from '../../bodies/http/connection/BodyOptions.js';
import { decodeContent } from '../../bodies/http/decodeContent.js';
import { bodyOf } from '../../bodies/http/httpBody.js';
import { headerOf, httpExchange } from '../../bodies/http/connection/httpExchange.js';
import { requireWhole } from '../../bodies/http/wholeAnswer.js';
import { bodyError } from '../../bodies/openBody.js';
import { ByteCollector } from '../parsing/text/ByteCollector.js';
import { BRINGS_FEED } from './askFeed.js';
import type { FeedExchange, FeedRequest, FeedResponse } from './FeedExchange.js';
import { guardedLookup, privateAddress, type ResolveName } from './guardedLookup.js';
import { addressOf, isNamedPrivate, isPublicAddress } from './publicAddress.js';

/** How feeds are requested over the network. */
export interface WebOptions {
  readonly timeouts: Pick<CheckedBodyOptions, 'headersTimeout' | 'bodyTimeout'>;
  /** The largest size of a feed with its content encoding removed. Bytes. */
  readonly maxBytes: number;
  readonly userAgent: string;
  /**
   * Headers of the user. They are added to our own or replace them, only for the origin that the user named. Default:
   * none.
   */
  readonly headers?: HeadersOf;
  /** Which addresses are public. Default: those of the public internet. */
  readonly isPublic?: (address: string) => boolean;
  readonly resolve?: ResolveName;
}

// The supported formats, the preferred ones first.
const ACCEPT =
  'application/rss+xml, application/atom+xml, application/rdf+xml, application/feed+json, ' +
  'application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1';

const ask = async (
  { url, name, headers, mayBePrivate, ofOrigin = false }: FeedRequest,
  { timeouts, maxBytes, userAgent, headers: own = () => ({}), isPublic = isPublicAddress, resolve }: WebOptions,
  signal: AbortSignal,
): Promise<FeedResponse> => {
  const address = addressOf(url);
  // An IP address needs no DNS lookup, so the lookup guard would not see it.
  if (!mayBePrivate && address !== undefined && !isPublic(address)) throw privateAddress(name, address);
  // A proxy would resolve such a name where we cannot check the address.
  if (!mayBePrivate && address === undefined && isNamedPrivate(url)) throw privateAddress(name, url.hostname);
  const answered = await httpExchange({
    url,
    name,
    headers: { 'user-agent': userAgent, accept: ACCEPT, ...headers, ...(ofOrigin ? own(url) : {}) },
    signal,
    timeouts,
    lookup: mayBePrivate ? undefined : guardedLookup(name, isPublic, resolve),
  });
  const { response, close } = answered;
  const head = { status: response.statusCode, header: (field: string) => headerOf(response, field) };
  if (!BRINGS_FEED.has(response.statusCode)) {
    // The body of an error page is not read, nor a body that a 304 wrongly has.
    close();
    return { ...head, bytes: new Uint8Array(), broken: undefined };
  }
  const collector = new ByteCollector(maxBytes);
  try {
    requireWhole(response, name);
    const { bytes, encodings } = bodyOf(answered);
    for await (const chunk of await decodeContent(addAbortSignal(signal, bytes), encodings, name)) {
      if (!collector.take(chunk as Buffer))
        throw new HeadwaterError(
          'HW_OVERFLOW',
          `${name} is longer than ${maxBytes} bytes; its items up to there are read. Allow more by maxBytes.`,
          { where: name },
        );
    }
    return { ...head, bytes: collector.bytes(), broken: undefined };
  } catch (error) {
    // The bytes received so far may contain complete items.
    const broken = bodyError({ kind: 'http', name }, error, `${collector.length} bytes`);
    if (!(broken instanceof HeadwaterError)) throw broken;
    return { ...head, bytes: collector.bytes(), broken };
  } finally {
    close();
  }
};

/**
 * Requests feeds over HTTP and HTTPS. Each request has its own connection, which is closed at the end of the response.
 */
export const webExchange =
  (options: WebOptions): FeedExchange =>
  (request) =>
    new Observable((subscriber) => {
      const abort = new AbortController();
      ask(request, options, abort.signal).then(
        (response) => {
          subscriber.next(response);
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error),
      );
      return () => abort.abort();
    });
