import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import { Refusal } from '../http/Refusal.js';

/** Whether an address, as Node writes it, is this machine's own. */
export const isLoopback = (address: string): boolean =>
  address === '::1' || (isIP(address) !== 0 && /^(::ffff:)?127\./.test(address));

/** A host's name without its port and its brackets, in lower case; undefined where it is none. */
const nameOf = (host: string): string | undefined => {
  if (/[@/?#\\\s]/.test(host)) return undefined;
  return parsedUrl(`http://${host}/`)
    ?.hostname.replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
};

const hostOf = (host: string | undefined): string | undefined => parsedUrl(`http://${host ?? ''}`)?.host;

/** Whether a request target that is a whole address (RFC 9112, section 3.2.2) names the same host as the Host field. */
const namesSame = (target: string, host: string | undefined): boolean =>
  target.startsWith('/') || (parsedUrl(target)?.host ?? hostOf(host)) === hostOf(host);

/**
 * A name that was allowed, as a client's Host is compared with it. An address of IPv6 may stand without its brackets.
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
 * Makes the check of the Host field: it must name the address that the connection really came to, or a name that was
 * allowed.
 *
 * Without it a page on the web can make its own name point to 127.0.0.1 (DNS rebinding), and then read a server that
 * only this machine should reach.
 *
 * @param own the address that the server listens at, or its name
 * @param allowed the names that it is known by besides
 * @throws HeadwaterError `HW_USAGE` for an allowed name that is none
 * @throws Refusal from the check: `malformed` without exactly one Host, `host` where it is not ours
 */
export const hostGuard = (own: string, allowed: readonly string[] = []): ((request: IncomingMessage) => void) => {
  const names = new Set([nameOf(own) ?? own, ...allowed.map(allowedName)]);
  return ({ headersDistinct, socket, url = '' }) => {
    const [host, ...others] = headersDistinct['host'] ?? [];
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
