import type { LookupFunction } from 'node:net';
import type { Dispatcher } from 'undici';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import type { CheckedBodyOptions } from './BodyOptions.js';
import { CHUNK_BYTES } from '../../bytes/ByteWindow.js';
import { connectionTo } from './connection.js';
import { noAnswer, SurplusError } from '../faults/httpError.js';
import { loadUndici } from './loadUndici.js';

/** What is asked, and how. */
export interface HttpRequest {
  readonly url: URL;
  /** What the address is called in messages. */
  readonly name: string;
  /** Sent beside what is always sent: who asks, and which encodings are understood. */
  readonly headers: Readonly<Record<string, string>>;
  /** Closes the connection at once, whatever it was doing. */
  readonly signal: AbortSignal;
  readonly timeouts: Pick<CheckedBodyOptions, 'headersTimeout' | 'bodyTimeout'>;
  /**
   * Finds the addresses of the server's name; a HeadwaterError that it gives becomes the request's. Default: as Node
   * does.
   */
  readonly lookup?: LookupFunction | undefined;
}

/** One request and its answer, on a connection of its own. */
export interface HttpExchange {
  readonly response: Dispatcher.ResponseData;
  /** Waits until the connection is closed; gives the reason where what came before is not the whole body. */
  readonly settle: () => Promise<Error | undefined>;
  /** Closes the connection at once. */
  readonly close: () => void;
}

/** A header's value; one that was sent several times as the list that it then is. */
export const headerOf = (response: Dispatcher.ResponseData, name: string): string | undefined => {
  const value = response.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

const PROXY_AUTHENTICATION = 407;

/** Whether only the end of the connection tells where the body ends: it has no length and is not sent in chunks. */
const endsWithConnection = (response: Dispatcher.ResponseData): boolean =>
  headerOf(response, 'content-length') === undefined && headerOf(response, 'transfer-encoding') === undefined;

/**
 * Sends one request and waits for the head of its answer, whatever its status. The connection is closed after the last
 * byte of the body.
 *
 * @throws HeadwaterError `HW_HTTP_CONNECT`, `HW_HTTP_TIMEOUT`, `HW_HTTP_CUT`
 */
export const httpExchange = async ({
  url,
  name,
  headers,
  signal,
  timeouts: { headersTimeout, bodyTimeout },
  lookup,
}: HttpRequest): Promise<HttpExchange> => {
  const undici = await loadUndici();
  const connection = connectionTo(undici, { target: url, headersTimeout, bodyTimeout, lookup, tunnel: false });
  const { dispatcher } = connection;
  const close = (): void => {
    signal.removeEventListener('abort', close);
    void dispatcher.destroy();
  };
  signal.addEventListener('abort', close);
  try {
    const response = await undici.request(`${url.origin}${url.pathname}${url.search}`, {
      dispatcher,
      signal,
      highWaterMark: CHUNK_BYTES,
      headers: { 'user-agent': 'headwater', 'accept-encoding': 'gzip, deflate, br', ...headers },
    });
    // An abort between two reads would otherwise be an unhandled 'error' event.
    response.body.on('error', () => undefined);
    const settle = async (): Promise<Error | undefined> => {
      await dispatcher.close();
      // A server that sends more than the Content-Length it declared has made us stop short, in the middle of a row
      // perhaps. The surplus is no part of the answer, and makes undici drop the connection as broken, a moment after
      // the body has ended.
      const dropped = connection.dropped();
      if (dropped !== undefined) return new SurplusError(dropped);
      // What has a length of its own was all there before the reset.
      return endsWithConnection(response) ? connection.reset() : undefined;
    };
    if (response.statusCode === PROXY_AUTHENTICATION && connection.proxy() !== undefined)
      throw new Error('the proxy asks for a name and a password (407)');
    return { response, settle, close };
  } catch (cause) {
    close();
    throw cause instanceof HeadwaterError ? cause : noAnswer(name, cause, connection.proxy());
  }
};
