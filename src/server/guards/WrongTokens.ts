import { isIPv6 } from 'node:net';

/** The maximum number of wrong tokens from a network within a window, and the length of the window. */
const MOST = 10;
const WINDOW_MS = 60_000;

/** The maximum number of networks in memory. Beyond it, the oldest are removed. */
const ADDRESSES = 10_000;

interface Wrong {
  count: number;
  readonly since: number;
}

/** The groups of an IPv6 address that name the network of a customer; the others are chosen by the customer. */
const NETWORK_GROUPS = 4;

/** The network of a client: the first 64 bits of an IPv6 address, or a whole IPv4 address, also inside IPv6. */
const networkOf = (address: string): string => {
  const plain = (address.split('%')[0] ?? '').replace(/^::ffff:(?=[\d.]+$)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const [first, last] = [head, tail ?? ''].map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array.from({ length: 8 - (first?.length ?? 0) - (last?.length ?? 0) }, () => '0');
  return [...(first ?? []), ...zeros, ...(last ?? [])].slice(0, NETWORK_GROUPS).join(':');
};

/**
 * Counts wrong tokens for each client network. A client usually has all addresses of an IPv6 network of 64 bits, so the
 * whole network counts as one client.
 */
export class WrongTokens {
  readonly #wrong = new Map<string, Wrong>();
  readonly #now: () => number;

  /** @param now a monotonic clock, in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Counts a wrong token.
   *
   * @returns how many seconds the client must wait if it sent too many; otherwise undefined
   */
  add(address: string): number | undefined {
    const now = this.#now();
    const network = networkOf(address);
    let wrong = this.#wrong.get(network);
    if (wrong === undefined || now - wrong.since >= WINDOW_MS) {
      this.#wrong.delete(network);
      wrong = { count: 0, since: now };
      this.#wrong.set(network, wrong);
      for (const oldest of this.#wrong.keys()) {
        if (this.#wrong.size <= ADDRESSES) break;
        this.#wrong.delete(oldest);
      }
    }
    wrong.count += 1;
    return wrong.count > MOST ? Math.max(1, Math.ceil((wrong.since + WINDOW_MS - now) / 1000)) : undefined;
  }
}
