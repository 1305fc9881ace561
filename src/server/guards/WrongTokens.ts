/** The maximum number of wrong tokens from an address within a window, and the length of the window. */
const MOST = 10;
const WINDOW_MS = 60_000;

/** The maximum number of addresses in memory. Beyond it, the oldest are removed. */
const ADDRESSES = 10_000;

interface Wrong {
  count: number;
  readonly since: number;
}

/** Counts wrong tokens for each client address. */
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
    let wrong = this.#wrong.get(address);
    if (wrong === undefined || now - wrong.since >= WINDOW_MS) {
      this.#wrong.delete(address);
      wrong = { count: 0, since: now };
      this.#wrong.set(address, wrong);
      for (const oldest of this.#wrong.keys()) {
        if (this.#wrong.size <= ADDRESSES) break;
        this.#wrong.delete(oldest);
      }
    }
    wrong.count += 1;
    return wrong.count > MOST ? Math.max(1, Math.ceil((wrong.since + WINDOW_MS - now) / 1000)) : undefined;
  }
}
