import ipaddr from 'ipaddr.js';

// RFC 6052: a network without IPv4 puts a prefix before IPv4 addresses.
const embeddedIpv4 = (address: ipaddr.IPv6): ipaddr.IPv4 => new ipaddr.IPv4(address.toByteArray().slice(12));

/**
 * Whether an address is on the public internet: not of this machine, a private network, a link or any other special
 * range.
 *
 * @param address an IP address; anything else is not public
 */
export const isPublicAddress = (address: string): boolean => {
  if (!ipaddr.isValid(address)) return false;
  // `process` also turns an IPv4-mapped IPv6 address into its IPv4 address.
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv6 && parsed.range() === 'rfc6052') return embeddedIpv4(parsed).range() === 'unicast';
  return parsed.range() === 'unicast';
};

/** The IP address in a URL; undefined if the URL has a host name. */
export const addressOf = ({ hostname }: URL): string | undefined => {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return ipaddr.isValid(bare) ? bare : undefined;
};

// Names that no public server has: RFC 6761, RFC 6762, RFC 8375, and ICANN's `.internal`.
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa)\.?$/i;

/** Whether a URL itself names a private network. Its author then means a private address. */
export const isNamedPrivate = (url: URL): boolean => {
  const address = addressOf(url);
  return address === undefined
    ? !url.hostname.includes('.') || PRIVATE_NAME.test(url.hostname)
    : !isPublicAddress(address);
};
