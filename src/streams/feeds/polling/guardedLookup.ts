import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { isPublicAddress } from './publicAddress.js';

/** Resolves a host name to all of its addresses. */
export type ResolveName = (
  hostname: string,
  found: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

const resolveName: ResolveName = (hostname, found) => lookup(hostname, { all: true }, found);

/** The error for a private address that is not requested. */
export const privateAddress = (name: string, address: string): HeadwaterError =>
  new HeadwaterError(
    'HW_ADDRESS',
    `${name} leads to ${address}, an address of a private network, which is not asked: behind a public ` +
      'name or a redirect it may be a trap. Give the private address itself, or allow it by allowPrivate.',
    { where: name },
  );

/**
 * A DNS lookup that returns only public addresses.
 *
 * The connection uses the very addresses that were checked. A name that changes its address between the check and the
 * connection (DNS rebinding) therefore has no effect.
 *
 * @param name the feed's name in messages
 */
export const guardedLookup =
  (
    name: string,
    isPublic: (address: string) => boolean = isPublicAddress,
    resolve: ResolveName = resolveName,
  ): LookupFunction =>
  (hostname, options, callback) =>
    resolve(hostname, (error, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const allowed = addresses.filter(({ address }) => isPublic(address));
      const [first] = allowed;
      if (first === undefined) callback(privateAddress(name, addresses[0]?.address ?? 'nowhere'), '', 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
