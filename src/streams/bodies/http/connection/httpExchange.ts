import type { LookupFunction } from 'node:net';
import type { Dispatcher } from 'undici';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import type { CheckedBodyOptions } from './BodyOptions.js';
import { CHUNK_BYTES } from '../../bytes/ByteWindow.js';
import { connectionTo } from './connection.js';
import { noAnswer, SurplusError } from '../faults/httpError.js';
import { loadUndici } from './loadUndici.js';

/** What to request, and how. */
export interface HttpRequest {
  readonly url: URL;
  /** The name of the source in messages. */
  readonly name: string;
  /** Sent in addition to `user-agent` and `accept-encoding`, or instead of them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Closes the connection immediately. */
  readonly signal: AbortSignal;
  readonly timeouts: Pick<CheckedBodyOptions, 'headersTimeout' | 'bodyTimeout'>;
  /**
   * The DNS lookup of the server's name. A HeadwaterError from it becomes the error of the request. Default: Node's
   * own.
   */
  readonly lookup?: LookupFunction | undefined;
}

/** One request and its response, on its own connection. */
export interface HttpExchange {
  readonly response: Dispatcher.ResponseData;
  /** Waits until the connection is closed. Returns the reason if the body is not complete. */
  readonly settle: () => Promise<Error | undefined>;
  /** Closes the connection. */
  readonly close: () => void;
}

/** The value of a header. Values of a repeated header are joined with commas. */
export const headerOf = (response: Dispatcher.ResponseData, name: string): string | undefined => {
  const value = response.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

const PROXY_AUTHENTICATION = 407;

/**
 * Whether only the end of the connection marks the end of the body: it has no length and is not chunked. Chunks count
 * only as the last encoding of the transfer, and with any such encoding a length does not count.
 */
const endsWithConnection = (response: Dispatcher.ResponseData): boolean => {
  const transfer = headerOf(response, 'transfer-encoding');
  return transfer === undefined
    ? headerOf(response, 'content-length') === undefined
    : !/(?:^|,)\s*chunked\s*$/i.test(transfer);
};

/**
 * Sends one request and waits for the headers of the response, whatever its status. The connection is closed after the
 * last byte of the body.
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
    // Without this listener, an abort between two reads would be an unhandled 'error' event.
    response.body.on('error', () => undefined);
    const settle = async (): Promise<Error | undefined> => {
      await dispatcher.close();
      // If a server sends more than its declared Content-Length, the body is cut, possibly in the middle of a row. The
      // surplus is not part of the response, and undici drops the connection as broken shortly after the end of the
      // body.
      const dropped = connection.dropped();
      if (dropped !== undefined) return new SurplusError(dropped);
      // A body with a declared length was already complete before the reset.
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
