import type { LookupFunction, Socket } from 'node:net';
import type { buildConnector, Client, Dispatcher } from 'undici';
import type { Undici } from './loadUndici.js';
import { isLoopback, proxiesOf, proxyName } from './proxies.js';

/** How a server is connected to. */
export interface ConnectionSettings {
  /** Who is asked. */
  readonly target: URL;
  /** How long the server, and a proxy before it, may take to accept the connection, and then again to answer. */
  readonly headersTimeout: number;
  /** How long the server may send nothing. Default: undici's. */
  readonly bodyTimeout?: number | undefined;
  /** Finds the addresses of the server's name; not of a proxy's. Default: as Node does. */
  readonly lookup?: LookupFunction | undefined;
  /** Whether a proxy is to open a tunnel also for what is not encrypted, as a WebSocket needs it. */
  readonly tunnel: boolean;
  /** Is given the socket when the connection is made. */
  readonly connected?: ((socket: Socket) => void) | undefined;
}

/** A connection that is made with its first request. */
export interface Connection {
  readonly dispatcher: Dispatcher;
  /** The proxy that it goes through, as it may be shown; undefined where there is none, or no request yet. */
  readonly proxy: () => string | undefined;
  /** Why the socket broke before the other side had said that it ends. undici takes a reset for such an end. */
  readonly reset: () => Error | undefined;
  /** What undici dropped the connection for: bytes behind the answer, or what is no HTTP. */
  readonly dropped: () => Error | undefined;
}

type Connector = buildConnector.connector;

/**
 * A connection to one server, through the proxies of the environment where they apply to it. What others do through the
 * global dispatcher is not touched.
 *
 * @throws HeadwaterError `HW_USAGE` for a variable of the environment that names no proxy
 */
export const connectionTo = (
  { Agent, buildConnector: connectorOf, Client: ClientClass, EnvHttpProxyAgent, Pool }: Undici,
  { target, headersTimeout, bodyTimeout, lookup, tunnel, connected }: ConnectionSettings,
): Connection => {
  const proxies = isLoopback(target) ? undefined : proxiesOf(process.env);
  const times = { headersTimeout, ...(bodyTimeout === undefined ? {} : { bodyTimeout }) };
  const direct: Connector = connectorOf({ timeout: headersTimeout, ...(lookup === undefined ? {} : { lookup }) });
  let proxy: string | undefined;
  let reset: Error | undefined;
  let dropped: Error | undefined;

  const watch = (socket: Socket): void => {
    let ended = false;
    // Before undici listens: it ends a body without a length at a reset, as if it were complete.
    socket.on('end', () => (ended = true));
    socket.on('error', (error) => (reset ??= ended ? undefined : error));
    connected?.(socket);
  };

  const clientOf = (origin: string | URL, options: object): Client => {
    const { connect } = options as { readonly connect: Connector };
    // What undici gives here instead leads through a proxy.
    if (proxies !== undefined && connect !== direct) proxy = proxyName(proxies, target);
    const client = new ClientClass(origin, {
      ...times,
      ...options,
      connect: (to, callback) =>
        connect(to, (...result) => {
          if (result[0] === null) watch(result[1]);
          callback(...result);
        }),
    });
    client.on('disconnect', (_origin, _targets, error: Error) => {
      if (error.message === 'bad response' || error.name === 'HTTPParserError') dropped = error;
    });
    return client;
  };

  const options = { ...times, connect: direct, factory: clientOf };
  const dispatcher =
    proxies === undefined
      ? new Agent(options)
      : new EnvHttpProxyAgent({
          ...options,
          ...proxies,
          proxyTunnel: tunnel,
          proxyTls: { timeout: headersTimeout },
          requestTls: { timeout: headersTimeout },
          clientFactory: (origin, given) => new Pool(origin, { ...given, ...times, connections: 1 }),
        });
  return { dispatcher, proxy: () => proxy, reset: () => reset, dropped: () => dropped };
};
