/** How many wrong tokens an address may send within a window, and how long the window is. */
const MOST = 10;
const WINDOW_MS = 60_000;

/** The most addresses that are remembered; of more, those that came first are forgotten. */
const ADDRESSES = 10_000;

interface Wrong {
  count: number;
  readonly since: number;
}

/** Counts wrong tokens by the address that they came from. */
export class WrongTokens {
  readonly #wrong = new Map<string, Wrong>();
  readonly #now: () => number;

  /** @param now a monotonic clock, in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Counts one more.
   *
   * @returns how many seconds to wait where it was one too many; else undefined
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
