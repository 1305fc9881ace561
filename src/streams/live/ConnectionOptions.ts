import type { LookupFunction } from 'node:net';
import { checkHeadersOf, type BodyOptions } from '../bodies/http/connection/BodyOptions.js';
import { guardedLookup, privateAddress } from '../feeds/polling/guardedLookup.js';
import { addressOf, isNamedPrivate, isPublicAddress } from '../feeds/polling/publicAddress.js';
import { userAgent } from '../feeds/polling/userAgent.js';

/** How a source makes itself known to a server, and which servers may be asked. */
export interface ConnectionOptions extends Pick<BodyOptions, 'headers'> {
  /**
   * How those who run the server can reach you: an address of the web or of mail, sent in the User-Agent. Default: the
   * page of this package, where it has one.
   */
  readonly contact?: string | undefined;
  /**
   * Allow addresses of private networks behind redirects and public names. One that you name yourself needs no
   * allowance. Default false.
   */
  readonly allowPrivate?: boolean | undefined;
}

/**
 * The headers that are sent to the address that was named, by their names in lower case.
 *
 * @throws HeadwaterError `HW_USAGE` for what no header can be
 */
export const ownHeaders = ({ contact, headers }: ConnectionOptions, url: URL): Readonly<Record<string, string>> => ({
  'user-agent': userAgent(contact),
  ...checkHeadersOf(headers)(url),
});

/** Tells whether an address may be connected to, and gives the lookup that holds to it; undefined is Node's own. */
export type Guard = (url: URL) => LookupFunction | undefined;

/**
 * Keeps connections out of private networks, but for one that the user has named.
 *
 * @param start the address that the user gave
 * @param name what it is called in messages
 * @returns a guard that throws HeadwaterError `HW_ADDRESS` for a private address, as does the lookup that it gives
 */
export const guard =
  (start: URL, name: string, allowPrivate = false, isPublic: (address: string) => boolean = isPublicAddress): Guard =>
  (url) => {
    if (allowPrivate || (url.host === start.host && isNamedPrivate(start))) return undefined;
    const address = addressOf(url);
    // An address by number is not looked up.
    if (address !== undefined && !isPublic(address)) throw privateAddress(name, address);
    // A proxy would look it up where we cannot see it.
    if (address === undefined && isNamedPrivate(url)) throw privateAddress(name, url.hostname);
    return guardedLookup(name, isPublic);
  };
