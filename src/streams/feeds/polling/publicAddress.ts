import ipaddr from 'ipaddr.js';

// RFC 6052: what a network without IPv4 of its own puts before IPv4 addresses.
const embeddedIpv4 = (address: ipaddr.IPv6): ipaddr.IPv4 => new ipaddr.IPv4(address.toByteArray().slice(12));

/**
 * Whether an address is one of the open internet: not of this machine, of a private network, of a link, and of no other
 * special kind.
 *
 * @param address an IP address; anything else is not public
 */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  // Also takes an IPv4 address out of its IPv6 wrapping.
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.range() === 'rfc6052') return embeddedIpv4(parsed).range() === 'unicast';
  return parsed.range() === 'unicast';
};

/** The address that a URL names by number; undefined where it names a server. */
export const addressOf = ({ hostname }: URL): string | undefined => {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return ipaddr.isValid(bare) ? bare : undefined;
};

// Names that no public server has: RFC 6761, RFC 6762, RFC 8375, and ICANN's `.internal`.
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa)\.?$/i;

/** Whether a URL says by itself that it is of a private network: whoever writes it means it. */
export const isNamedPrivate = (url: URL): boolean => {
  const address = addressOf(url);
  return address === undefined
    ? !url.hostname.includes('.') || PRIVATE_NAME.test(url.hostname)
    : !isPublicAddress(address);
};
