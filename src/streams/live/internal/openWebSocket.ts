import type { LookupFunction, Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { connectionTo } from '../../bodies/http/connection/connection.js';
import type { Undici } from '../../bodies/http/connection/loadUndici.js';
import type { RefusingAnswer } from '../../bodies/http/refusal.js';

/** Which server to connect to, and how. */
export interface WebSocketRequest {
  /** ws or wss. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** How long the server may take to accept the connection, and again as long to answer. Milliseconds. */
  readonly timeout: number;
  /** The DNS lookup; undefined is Node's own. */
  readonly lookup: LookupFunction | undefined;
  /** A longer message closes the connection. Bytes. */
  readonly maxPayloadBytes: number;
}

/** How a connection ended, or why it was not established. */
export interface WebSocketEnd {
  /** Whether the connection was ever open. */
  readonly opened: boolean;
  /** The close code of the server (RFC 6455, 7.4); 1006 if it sent no close frame. */
  readonly code: number;
  readonly reason: string;
  /** The HTTP response of the server if it did not open a WebSocket. */
  readonly answer: RefusingAnswer | undefined;
  /** The underlying error. */
  readonly cause: unknown;
  /** The proxy of the connection, without its credentials. */
  readonly proxy: string | undefined;
}

/** Receives the events of a connection. */
export interface WebSocketListener {
  opened(): void;
  message(data: string | ArrayBuffer): void;
  ended(end: WebSocketEnd): void;
}

/** A connection that is being established or is open. */
export interface WebSocketLine {
  /** The number of bytes received so far, including pings and pongs. */
  readonly bytesRead: number;
  /** Stops reading from the network. Messages from bytes that were already read may still arrive. */
  pause(): void;
  resume(): void;
  /** Whether the other side has sent a close frame, but has not closed the connection yet. */
  readonly isClosing: boolean;
  /** Closes the connection for the other side. The listener receives the end with the code of the close frame. */
  hangUp(): void;
  /** Sends a ping, to check that the other side is alive. */
  ping(): void;
  /** Sends a close frame and closes immediately. The listener receives nothing more. */
  close(): void;
}

/** The largest number of fragments of a message: the same as undici's default. */
const MOST_FRAGMENTS = 131_072;

/** The headers of an answer, by their names in lower case. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

const single = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

/**
 * The headers of the answer that opens a WebSocket, in the form that undici accepts. `Connection` may be a list
 * (`keep-alive, Upgrade`), and the value of an extension's parameter may be quoted (RFC 6455, 4.1 and 9.1).
 */
const openingHeaders = (headers: Headers): Record<string, string | string[] | undefined> => {
  const { connection = '', 'sec-websocket-extensions': extensions } = headers;
  return {
    ...headers,
    ...(/(?:^|,)\s*upgrade\s*(?:,|$)/i.test(String(connection)) ? { connection: 'Upgrade' } : {}),
    ...(extensions === undefined ? {} : { 'sec-websocket-extensions': String(extensions).replaceAll('"', '') }),
  };
};

/** Observes the response to a request: a WebSocket itself only reports that it failed. */
const watching = (
  { DecoratorHandler }: Undici,
  handler: Dispatcher.DispatchHandler,
  answered: (status: number, headers: Headers) => void,
  failed: (error: unknown) => void,
): Dispatcher.DispatchHandler => {
  const inner: Dispatcher.DispatchHandler = new DecoratorHandler(handler);
  return {
    onRequestStart: (...values) => inner.onRequestStart?.(...values),
    onRequestUpgrade: (controller, status, headers, socket) =>
      inner.onRequestUpgrade?.(controller, status, openingHeaders(headers), socket),
    onResponseStart: (controller, status, headers, message) => {
      answered(status, headers);
      inner.onResponseStart?.(controller, status, headers, message);
    },
    onResponseData: (...values) => inner.onResponseData?.(...values),
    onResponseEnd: (...values) => inner.onResponseEnd?.(...values),
    onResponseError: (controller, error) => {
      failed(error);
      inner.onResponseError?.(controller, error);
    },
  };
};

/**
 * Opens a WebSocket that supports back-pressure.
 *
 * The standard interface has no way to stop reading, so messages accumulate if the consumer is slow. This function
 * keeps the underlying socket, which can be paused.
 *
 * @param undici the module that `loadUndici` returns
 */
export const openWebSocket = (
  undici: Undici,
  { url, headers, timeout, lookup, maxPayloadBytes }: WebSocketRequest,
  listener: WebSocketListener,
): WebSocketLine => {
  let socket: Socket | undefined;
  let held = false;
  let opened = false;
  let cause: unknown;
  let answer: RefusingAnswer | undefined;

  const { ping, WebSocket } = undici;
  const { dispatcher: agent, proxy } = connectionTo(undici, {
    target: url,
    headersTimeout: timeout,
    lookup,
    tunnel: true,
    connected: (connection) => {
      socket = connection;
      // undici itself pauses and resumes the socket while it inflates messages. A socket that the consumer paused stays
      // paused.
      connection.on('resume', () => (held ? connection.pause() : undefined));
    },
  });
  // Some dispatchers of undici do not pass their options on.
  Object.defineProperty(agent, 'webSocketOptions', {
    value: { maxFragments: MOST_FRAGMENTS, maxPayloadSize: maxPayloadBytes },
  });
  const dispatcher = agent.compose(
    (dispatch) => (options, handler) =>
      dispatch(
        options,
        watching(
          undici,
          handler,
          (status, { 'retry-after': retryAfter, date }) =>
            (answer = { status, retryAfter: single(retryAfter), date: single(date) }),
          (error) => (cause ??= error),
        ),
      ),
  );

  const webSocket = new WebSocket(url, { dispatcher, headers: { ...headers } });
  webSocket.binaryType = 'arraybuffer';
  // Removes the listeners below, so that nothing is reported after the end or after `close`.
  const left = new AbortController();
  const { signal } = left;
  webSocket.addEventListener(
    'open',
    () => {
      opened = true;
      listener.opened();
    },
    { signal },
  );
  webSocket.addEventListener('message', (event) => listener.message(event.data as string | ArrayBuffer), { signal });
  webSocket.addEventListener(
    'close',
    ({ code, reason }) => {
      left.abort();
      void agent.destroy();
      listener.ended({ opened, code, reason, cause, answer, proxy: proxy() });
    },
    { signal },
  );

  return {
    get bytesRead() {
      return socket?.bytesRead ?? 0;
    },
    get isClosing() {
      return webSocket.readyState === WebSocket.CLOSING;
    },
    hangUp: () => void socket?.destroy(),
    pause: () => {
      held = true;
      socket?.pause();
    },
    resume: () => {
      held = false;
      socket?.resume();
    },
    ping: () => ping(webSocket),
    close: () => {
      left.abort();
      webSocket.close();
      // The close frame has been written. The reply of the other side is not awaited.
      socket?.destroySoon();
      void agent.destroy();
    },
  };
};
