/** The number of latencies that are kept. */
const KEPT = 1000;

/** The median and the 99th percentile of the latencies, in ms. */
export interface Lag {
  readonly p50: number;
  readonly p99: number;
}

/**
 * The last thousand latencies, and their percentiles.
 *
 * @internal
 */
export class RecentLags {
  readonly #lags = new Float64Array(KEPT);
  #count = 0;

  /** Adds a latency, in ms. */
  add(lag: number): void {
    this.#lags[this.#count++ % KEPT] = lag;
  }

  /** The percentiles, in ms; undefined before the first latency. */
  lag(): Lag | undefined {
    const sorted = this.#lags.slice(0, Math.min(KEPT, this.#count)).sort();
    if (sorted.length === 0) return undefined;
    // The nearest-rank method: the result is one of the measured values.
    const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }
}
