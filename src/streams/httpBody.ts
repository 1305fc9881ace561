import { STATUS_CODES } from 'node:http';
import type { Readable } from 'node:stream';
import { Agent, request, type Dispatcher } from 'undici';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import type { CheckedBodyOptions } from './BodyOptions.js';
import { CHUNK_BYTES } from './ByteWindow.js';
import { noAnswer } from './httpError.js';
import { readable } from './readable.js';

/** A body on its way. */
export interface HttpBody {
  readonly bytes: Readable;
  /** What it is encoded by, in the order in which it was applied: `['gzip']`. */
  readonly encodings: readonly string[];
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

const single = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header.join(', ') : header);

const encodingsOf = (headers: Dispatcher.ResponseData['headers']): readonly string[] =>
  (single(headers['content-encoding']) ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity');

/** The name and password of an address as the header that carries them; undici leaves them out. */
const authorization = (url: URL): string | undefined =>
  url.username === '' && url.password === '' ? undefined : `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;

const redirectError = (name: string, message: string): HeadwaterError => new HeadwaterError('HW_HTTP_REDIRECTS', `${name} ${message}`, { where: name });

/** Where a redirect leads. */
const target = (name: string, from: URL, location: string): URL => {
  if (!URL.canParse(location, from.href)) throw redirectError(name, `redirects to what is no address: ${location}. Give the final address.`);
  const to = new URL(location, from);
  // A server must not be able to point us at this machine's files.
  if (to.protocol !== 'http:' && to.protocol !== 'https:') throw redirectError(name, `redirects to a ${to.protocol} address, which is not followed.`);
  return to;
};

/** One request and its answer, on a connection of its own. */
interface Exchange {
  readonly response: Dispatcher.ResponseData;
  /** Waits until the connection is closed; gives the reason where it was dropped as broken. */
  readonly settle: () => Promise<Error | undefined>;
  /** Closes the connection at once. */
  readonly close: () => void;
}

const exchange = async (url: URL, credentials: string | undefined, name: string, { headersTimeout, bodyTimeout }: CheckedBodyOptions, signal: AbortSignal): Promise<Exchange> => {
  const agent = new Agent({ headersTimeout, bodyTimeout, connect: { timeout: headersTimeout }, connections: 1 });
  const close = (): void => {
    signal.removeEventListener('abort', close);
    void agent.destroy();
  };
  signal.addEventListener('abort', close);
  // The answer may come whole and the connection break before anyone has looked at the answer.
  let broken: Error | undefined;
  agent.on('disconnect', (_origin, _targets, error: Error) => {
    if (error.message === 'bad response' || error.name === 'HTTPParserError') broken = error;
  });
  try {
    const response = await request(`${url.origin}${url.pathname}${url.search}`, {
      dispatcher: agent,
      signal,
      highWaterMark: CHUNK_BYTES,
      headers: { 'user-agent': 'headwater', 'accept-encoding': 'gzip, deflate, br', ...(credentials === undefined ? {} : { authorization: credentials }) },
    });
    // An abort between two reads would otherwise be an unhandled 'error' event.
    response.body.on('error', () => undefined);
    const settle = async (): Promise<Error | undefined> => {
      await agent.close();
      return broken;
    };
    return { response, settle, close };
  } catch (cause) {
    close();
    throw noAnswer(name, cause);
  }
};

/** Follows redirects to the answer that has the body. */
const follow = async (start: URL, name: string, options: CheckedBodyOptions, signal: AbortSignal): Promise<Exchange> => {
  const { maxRedirects } = options;
  let url = start;
  for (let redirects = 0; ; redirects++) {
    const credentials = url.origin === start.origin ? authorization(start) : authorization(url);
    const answered = await exchange(url, credentials, name, options, signal);
    const { statusCode, headers } = answered.response;
    if (statusCode >= 200 && statusCode < 300) return answered;
    answered.close();
    const location = single(headers['location']);
    if (!REDIRECTS.has(statusCode) || location === undefined) {
      throw new HeadwaterError('HW_HTTP_STATUS', `${name} answered ${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd() + '. Check the address.', { where: name });
    }
    if (redirects === maxRedirects) throw redirectError(name, `was redirected more than ${maxRedirects} times, the last time to ${location}. Give the final address, or allow more by maxRedirects.`);
    url = target(name, url, location);
  }
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
export const httpBody = async (url: URL, name: string, options: CheckedBodyOptions, signal: AbortSignal): Promise<HttpBody> => {
  const { response, settle } = await follow(url, name, options, signal);
  const bytes = async function* (): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of response.body) yield chunk as Buffer;
    // A server that sends more than the Content-Length it declared has made us stop short, in the middle of a row perhaps. The
    // surplus is no part of the answer, and makes undici drop the connection as broken, a moment after the body has ended.
    const cause = await settle();
    if (cause !== undefined) throw new Error('the server sent more than the Content-Length that it declared', { cause });
  };
  return { bytes: readable(bytes()), encodings: encodingsOf(response.headers) };
};
