import type { LookupFunction, Socket } from 'node:net';
import type { buildConnector, Client, Dispatcher } from 'undici';
import { codeOf } from '../../../../contracts/codeOf.js';
import type { Undici } from './loadUndici.js';
import { skipContinue } from './skipContinue.js';
import { isLoopback, proxiesOf, proxyName } from './proxies.js';

/** How to connect to a server. */
export interface ConnectionSettings {
  /** The URL of the server. */
  readonly target: URL;
  /**
   * How long the server, and a proxy before it, may take to accept the connection, and again as long to answer.
   * Milliseconds.
   */
  readonly headersTimeout: number;
  /** How long the server may send nothing. Milliseconds; default: that of undici. */
  readonly bodyTimeout?: number | undefined;
  /** The DNS lookup of the server's name, not of a proxy's name. Default: Node's own. */
  readonly lookup?: LookupFunction | undefined;
  /** Whether a proxy must open a tunnel for unencrypted connections too, as a WebSocket needs. */
  readonly tunnel: boolean;
  /** Receives the socket when the connection is established. */
  readonly connected?: ((socket: Socket) => void) | undefined;
}

/** A connection that is established at the first request. */
export interface Connection {
  readonly dispatcher: Dispatcher;
  /** The proxy of the connection, without its credentials; undefined without a proxy or before the first request. */
  readonly proxy: () => string | undefined;
  /**
   * The error of the socket, if it broke before the other side ended the connection. undici treats a reset as a regular
   * end.
   */
  readonly reset: () => Error | undefined;
  /** The error for which undici dropped the connection: bytes after the response, or data that is not HTTP. */
  readonly dropped: () => Error | undefined;
}

/**
 * The longest header of a response, in bytes. Sites with long security policies and many cookies send more than the
 * 16 KiB of Node's default.
 */
const LONGEST_HEADER = 131_072;

/**
 * How long one address of a name may take to accept the connection before the next address is tried, in milliseconds.
 * Node gives up on an address when it tries the next one, and its default is 250: a far server with an IPv6 address can
 * then never be reached from a network without IPv6. One lost packet is repeated after a second.
 */
const ATTEMPT_MS = 1500;

type Connector = buildConnector.connector;

/**
 * A connection to one server, through the proxies of the environment if they apply. The global dispatcher is not
 * changed.
 *
 * @throws HeadwaterError `HW_USAGE` for an environment variable that is not the URL of a proxy
 */
export const connectionTo = (
  { Agent, buildConnector: connectorOf, Client: ClientClass, EnvHttpProxyAgent, Pool }: Undici,
  { target, headersTimeout, bodyTimeout, lookup, tunnel, connected }: ConnectionSettings,
): Connection => {
  const proxies = isLoopback(target) ? undefined : proxiesOf(process.env);
  const limits = {
    headersTimeout,
    maxHeaderSize: LONGEST_HEADER,
    ...(bodyTimeout === undefined ? {} : { bodyTimeout }),
  };
  const connecting = { timeout: headersTimeout, autoSelectFamilyAttemptTimeout: ATTEMPT_MS };
  const direct: Connector = connectorOf({ ...connecting, ...(lookup === undefined ? {} : { lookup }) });
  let proxy: string | undefined;
  let reset: Error | undefined;
  let dropped: Error | undefined;

  const watch = (socket: Socket): void => {
    let ended = false;
    // These listeners come before those of undici, which ends a body without a length at a reset, as if it were
    // complete.
    // A reset that arrives together with the last bytes, as it does while this process is busy, is a regular end for
    // libuv. Writing nothing sends nothing, and fails after a reset; after a regular end and then a reset, the code is
    // EPIPE. This listener comes before that of Node, which ends the writing side.
    socket.prependListener('end', () => {
      ended = true;
      socket.write(Buffer.alloc(0), (error) => {
        if (error != null && codeOf(error) === 'ECONNRESET') reset ??= error;
      });
    });
    socket.on('error', (error) => (reset ??= ended ? undefined : error));
    connected?.(socket);
  };

  const clientOf = (origin: string | URL, options: object): Client => {
    const { connect } = options as { readonly connect: Connector };
    // If undici passes another connector than `direct`, the connection goes through a proxy.
    if (proxies !== undefined && connect !== direct) proxy = proxyName(proxies, target);
    const client = new ClientClass(origin, {
      ...limits,
      ...options,
      connect: (to, callback) =>
        connect(to, (...result) => {
          if (result[0] === null) {
            skipContinue(result[1]);
            watch(result[1]);
          }
          callback(...result);
        }),
    });
    client.on('disconnect', (_origin, _targets, error: Error) => {
      if (error.message === 'bad response' || error.name === 'HTTPParserError') dropped = error;
    });
    return client;
  };

  const options = { ...limits, connect: direct, factory: clientOf };
  const dispatcher =
    proxies === undefined
      ? new Agent(options)
      : new EnvHttpProxyAgent({
          ...options,
          ...proxies,
          proxyTunnel: tunnel,
          proxyTls: connecting,
          requestTls: connecting,
          clientFactory: (origin, given) => new Pool(origin, { ...given, ...limits, connections: 1 }),
        });
  return { dispatcher, proxy: () => proxy, reset: () => reset, dropped: () => dropped };
};
