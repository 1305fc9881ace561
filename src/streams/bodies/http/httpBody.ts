import type { Readable } from 'node:stream';
import type { CheckedBodyOptions } from './BodyOptions.js';
import { statusError } from './httpError.js';
import { headerOf, httpExchange, type HttpExchange } from './httpExchange.js';
import { readable } from '../bytes/readable.js';
import { REDIRECTS, redirectTarget, tooManyRedirects } from './redirects.js';
import type { WebAddress } from './WebAddress.js';

/** A body on its way. */
export interface HttpBody {
  readonly bytes: Readable;
  /** What it is encoded by, in the order in which it was applied: `['gzip']`. */
  readonly encodings: readonly string[];
  /** The encoding of its text that the server names, as it wrote it. */
  readonly charset: string | undefined;
}

const encodingsOf = (header: string | undefined): readonly string[] =>
  (header ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');

/** `text/csv; charset="utf-8"` names one. */
const charsetOf = (header: string | undefined): string | undefined => {
  const found = /;\s*charset\s*=\s*(?:"(?<quoted>[^"]*)"|(?<bare>[^\s;]+))/i.exec(header ?? '')?.groups;
  return found?.['quoted'] ?? found?.['bare'];
};

/** Follows redirects to the answer that has the body. */
const follow = async (
  start: WebAddress,
  name: string,
  timeouts: CheckedBodyOptions,
  signal: AbortSignal,
): Promise<HttpExchange> => {
  const { maxRedirects } = timeouts;
  let address = start;
  for (let redirects = 0; ; redirects++) {
    const answered = await httpExchange({ url: address.url, name, headers: address.authorization, signal, timeouts });
    const { response } = answered;
    if (response.statusCode >= 200 && response.statusCode < 300) return answered;
    answered.close();
    const location = headerOf(response, 'location');
    if (!REDIRECTS.has(response.statusCode) || location === undefined) throw statusError(name, response.statusCode);
    address = redirectTarget(name, location, address, start);
    if (redirects === maxRedirects) throw tooManyRedirects(name, maxRedirects, address);
  }
};

/** The body of an answer. */
export const bodyOf = ({ response, settle }: HttpExchange): HttpBody => {
  const bytes = async function* (): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of response.body) yield chunk as Buffer;
    // A server that sends more than the Content-Length it declared has made us stop short, in the middle of a row
    // perhaps. The surplus is no part of the answer, and makes undici drop the connection as broken, a moment after the
    // body has ended.
    const cause = await settle();
    if (cause !== undefined)
      throw new Error('the server sent more than the Content-Length that it declared', { cause });
  };
  return {
    bytes: readable(bytes()),
    encodings: encodingsOf(headerOf(response, 'content-encoding')),
    charset: charsetOf(headerOf(response, 'content-type')),
  };
};

/**
 * Asks for a body over HTTP or HTTPS.
 *
 * Each body has a connection of its own, closed after its last byte. Aborting closes it at once, whatever it was doing.
 *
 * @param signal to be aborted in any case when the body is done with
 * @param name what the address is called in messages
 * @throws HeadwaterError `HW_HTTP_CONNECT`, `HW_HTTP_TIMEOUT`, `HW_HTTP_STATUS`, `HW_HTTP_REDIRECTS`
 */
export const httpBody = async (
  address: WebAddress,
  name: string,
  options: CheckedBodyOptions,
  signal: AbortSignal,
): Promise<HttpBody> => bodyOf(await follow(address, name, options, signal));
