import type { LookupFunction } from 'node:net';
import type { Dispatcher } from 'undici';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { CheckedBodyOptions } from './BodyOptions.js';
import { CHUNK_BYTES } from '../bytes/ByteWindow.js';
import { noAnswer } from './httpError.js';
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
  /** Waits until the connection is closed; gives the reason where it was dropped as broken. */
  readonly settle: () => Promise<Error | undefined>;
  /** Closes the connection at once. */
  readonly close: () => void;
}

/** A header's value; one that was sent several times as the list that it then is. */
export const headerOf = (response: Dispatcher.ResponseData, name: string): string | undefined => {
  const value = response.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
};

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
  const { Agent, request } = await loadUndici();
  const agent = new Agent({
    headersTimeout,
    bodyTimeout,
    connect: { timeout: headersTimeout, ...(lookup === undefined ? {} : { lookup }) },
    connections: 1,
  });
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
      headers: { 'user-agent': 'headwater', 'accept-encoding': 'gzip, deflate, br', ...headers },
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
    throw cause instanceof HeadwaterError ? cause : noAnswer(name, cause);
  }
};
