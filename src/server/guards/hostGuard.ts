import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import { Refusal } from '../http/Refusal.js';

/** Whether an address, in the notation of Node, is a loopback address. */
export const isLoopback = (address: string): boolean =>
  address === '::1' || (isIP(address) !== 0 && /^(::ffff:)?127\./.test(address));

/** The name in a Host field without port and brackets, in lower case; undefined if it is invalid. */
const nameOf = (host: string): string | undefined => {
  if (/[@/?#\\\s]/.test(host)) return undefined;
  return parsedUrl(`http://${host}/`)
    ?.hostname.replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
};

const hostOf = (host: string | undefined): string | undefined => parsedUrl(`http://${host ?? ''}`)?.host;

/** Whether a request target that is an absolute URL (RFC 9112, section 3.2.2) names the same host as the Host field. */
const namesSame = (target: string, host: string | undefined): boolean =>
  target.startsWith('/') || (parsedUrl(target)?.host ?? hostOf(host)) === hostOf(host);

/**
 * An allowed name in the form in which it is compared with a client's Host. An IPv6 address may be given without its
 * brackets.
 */
const allowedName = (given: string): string => {
  const name = nameOf(isIPv6(given) ? `[${given}]` : given);
  if (name !== undefined) return name;
  throw new HeadwaterError(
    'HW_USAGE',
    `serveModel: ${given} is not a host name. Give only the name, such as news.example.`,
  );
};

/**
 * Makes the check of the Host field: it must be the local address of the connection, or an allowed name.
 *
 * Without this check, a website can make its own name point to 127.0.0.1 (DNS rebinding). It could then read a server
 * that only this machine should reach.
 *
 * @param own the address or name on which the server listens
 * @param allowed other names of the server
 * @throws HeadwaterError `HW_USAGE` if an allowed name is invalid
 * @throws Refusal from the check: `malformed` unless there is exactly one Host (or none, in HTTP/1.0), `host` if it is
 *   not a name of the server
 */
export const hostGuard = (own: string, allowed: readonly string[] = []): ((request: IncomingMessage) => void) => {
  const names = new Set([nameOf(own) ?? own, ...allowed.map(allowedName)]);
  return ({ headersDistinct, httpVersion, socket, url = '' }) => {
    const [host, ...others] = headersDistinct['host'] ?? [];
    // HTTP/1.0 has no Host, and balancers check the health of a server by it. No browser speaks it.
    if (host === undefined && httpVersion === '1.0' && url.startsWith('/')) return;
    const name = host === undefined || others.length > 0 ? undefined : nameOf(host);
    if (name === undefined) throw new Refusal('malformed', 'The request must have one Host field that names a host.');
    if (!namesSame(url, host)) throw new Refusal('malformed', 'The request line and the Host field name two hosts.');
    const address = (socket.localAddress ?? '').replace(/^::ffff:/, '');
    if (names.has(name) || name === address) return;
    if (isLoopback(address) && (name === 'localhost' || isLoopback(name))) return;
    throw new Refusal(
      'host',
      'The Host field does not name this server. Use its address, or start it with --allow-host and the name.',
    );
  };
};
