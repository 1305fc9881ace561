import type { LookupFunction, Socket } from 'node:net';
import type { Dispatcher } from 'undici';
import { connectionTo } from '../../bodies/http/connection/connection.js';
import type { Undici } from '../../bodies/http/connection/loadUndici.js';
import type { RefusingAnswer } from '../../bodies/http/refusal.js';

/** What is connected to, and how. */
export interface WebSocketRequest {
  /** ws or wss. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** How long the server may take to accept the connection, and then again to answer. Milliseconds. */
  readonly timeout: number;
  /** Finds the server's address. */
  readonly lookup: LookupFunction | undefined;
  /** A message longer than this breaks the connection. Bytes. */
  readonly maxPayloadBytes: number;
}

/** How a connection ended, or why there was none. */
export interface WebSocketEnd {
  /** Whether it was open at all. */
  readonly opened: boolean;
  /** The code that the server closed with (RFC 6455, 7.4); 1006 where it did not say goodbye. */
  readonly code: number;
  readonly reason: string;
  /** What the server answered instead of opening. */
  readonly answer: RefusingAnswer | undefined;
  /** What went wrong underneath. */
  readonly cause: unknown;
  /** The proxy that it went through, as it may be shown. */
  readonly proxy: string | undefined;
}

/** Who is told what happens to a connection. */
export interface WebSocketListener {
  opened(): void;
  message(data: string | ArrayBuffer): void;
  ended(end: WebSocketEnd): void;
}

/** A connection that is being made, or is open. */
export interface WebSocketLine {
  /** How many bytes have come so far; pings and pongs count. */
  readonly bytesRead: number;
  /** Stops reading from the network; messages of what was read already may still come. */
  pause(): void;
  resume(): void;
  /** Asks the other side for a sign of life. */
  ping(): void;
  /** Says goodbye, and closes at once. Nobody is told anything any more. */
  close(): void;
}

/** As many parts a message may have: undici's own limit. */
const MOST_FRAGMENTS = 131_072;

const single = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;

/** Looks at what a request is answered with: a WebSocket says only that it failed. */
const watching = (
  { DecoratorHandler }: Undici,
  handler: Dispatcher.DispatchHandler,
  answered: (status: number, headers: Record<string, string | string[] | undefined>) => void,
  failed: (error: unknown) => void,
): Dispatcher.DispatchHandler => {
  const inner: Dispatcher.DispatchHandler = new DecoratorHandler(handler);
  return {
    onRequestStart: (...values) => inner.onRequestStart?.(...values),
    onRequestUpgrade: (...values) => inner.onRequestUpgrade?.(...values),
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
 * Opens a WebSocket that can be held back.
 *
 * The interface of the standard has no way to stop reading, so its messages pile up before a slow consumer. The
 * connection below it can be stopped: this keeps hold of its socket.
 *
 * @param undici as `loadUndici` gives it
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
      // undici stops and starts the socket itself while it inflates messages; what is held stays held.
      connection.on('resume', () => (held ? connection.pause() : undefined));
    },
  });
  // Not every dispatcher of undici hands its options on.
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
  // Removes the listeners below: nobody is told of what happens after the end, or after leaving.
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
      // The goodbye is written; what the other side says to it concerns nobody.
      socket?.destroySoon();
      void agent.destroy();
    },
  };
};
