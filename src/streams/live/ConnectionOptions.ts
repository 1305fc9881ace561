import type { LookupFunction } from 'node:net';
import { checkHeadersOf, type BodyOptions } from '../bodies/http/connection/BodyOptions.js';
import { guardedLookup, privateAddress } from '../feeds/polling/guardedLookup.js';
import { addressOf, isNamedPrivate, isPublicAddress } from '../feeds/polling/publicAddress.js';
import { userAgent } from '../feeds/polling/userAgent.js';

/** How a source identifies itself to a server, and which servers it may connect to. */
export interface ConnectionOptions extends Pick<BodyOptions, 'headers'> {
  /**
   * A URL or an e-mail address at which the operators of the server can reach you, sent in the User-Agent. Default: the
   * home page of this package, if it has one.
   */
  readonly contact?: string | undefined;
  /**
   * Whether a redirect or a public host name may lead to an address of a private network. A private address that you
   * give yourself is always allowed. Default false.
   */
  readonly allowPrivate?: boolean | undefined;
}

/**
 * The headers for the given URL, by lower-case name.
 *
 * @throws HeadwaterError `HW_USAGE` for an invalid header
 */
export const ownHeaders = ({ contact, headers }: ConnectionOptions, url: URL): Readonly<Record<string, string>> => ({
  'user-agent': userAgent(contact),
  ...checkHeadersOf(headers)(url),
});

/**
 * Checks whether connections to a URL are allowed, and returns the DNS lookup that enforces this. Undefined means
 * Node's own lookup.
 */
export type Guard = (url: URL) => LookupFunction | undefined;

/**
 * Blocks connections into private networks, except to a host that the user gave.
 *
 * @param start the URL that the user gave
 * @param name the name of the source in messages
 * @returns a guard that throws HeadwaterError `HW_ADDRESS` for a private address; the lookup that it returns fails with
 *   the same error
 */
export const guard =
  (start: URL, name: string, allowPrivate = false, isPublic: (address: string) => boolean = isPublicAddress): Guard =>
  (url) => {
    if (allowPrivate || (url.host === start.host && isNamedPrivate(start))) return undefined;
    const address = addressOf(url);
    // For an IP address there is no DNS lookup, so it is checked here.
    if (address !== undefined && !isPublic(address)) throw privateAddress(name, address);
    // A proxy would resolve the name itself, out of reach of the guarded lookup.
    if (address === undefined && isNamedPrivate(url)) throw privateAddress(name, url.hostname);
    return guardedLookup(name, isPublic);
  };
