/** How many are looked at. */
const KEPT = 1000;

/** The middle of the lags, and what all but one in a hundred stay below. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
}

/**
 * The last thousand lags, and how they are spread.
 *
 * @internal
 */
export class RecentLags {
  readonly #lags = new Float64Array(KEPT);
  #count = 0;

  /** Takes one more, in ms. */
  add(lag: number): void {
    this.#lags[this.#count++ % KEPT] = lag;
  }

  /** Where they lie, in ms; undefined before the first. */
  lag(): Lag | undefined {
    const sorted = this.#lags.slice(0, Math.min(KEPT, this.#count)).sort();
    if (sorted.length === 0) return undefined;
    // The nearest rank: a lag that was really there.
    const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }
}
