/** Below this value, each millisecond has its own count; above it, each quarter of a doubling. */
const LINEAR = 32;
const BUCKETS = LINEAR + 64;

const bucketOf = (ms: number): number => {
  if (!(ms > 0)) return 0;
  if (ms < LINEAR) return Math.floor(ms);
  return Math.min(BUCKETS - 1, LINEAR + Math.floor(4 * Math.log2(ms / LINEAR)));
};

const lowerBound = (bucket: number): number => (bucket < LINEAR ? bucket : LINEAR * 2 ** ((bucket - LINEAR) / 4));

/** A histogram of latencies that can be merged. Its quantiles are accurate to a fifth. */
export class LatencyCounts {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  /** Counts a latency. */
  add(ms: number): void {
    this.#counts[bucketOf(ms)]!++;
    this.#total++;
  }

  /** Adds the counts of another histogram. */
  merge(other: LatencyCounts): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#counts[bucket]! += other.#counts[bucket]!;
    this.#total += other.#total;
  }

  /**
   * The lower bound of the bucket that contains the quantile for this share, in milliseconds; undefined if nothing was
   * counted.
   */
  quantile(share: number): number | undefined {
    if (this.#total === 0) return undefined;
    const wanted = Math.max(1, Math.ceil(share * this.#total));
    let below = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      below += this.#counts[bucket]!;
      if (below >= wanted) return lowerBound(bucket);
    }
    return lowerBound(BUCKETS - 1);
  }
}
