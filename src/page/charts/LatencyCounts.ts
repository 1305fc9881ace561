/** Up to here each millisecond has a count of its own, from here on each quarter of a doubling. */
const LINEAR = 32;
const BUCKETS = LINEAR + 64;

const bucketOf = (ms: number): number => {
  if (!(ms > 0)) return 0;
  if (ms < LINEAR) return Math.floor(ms);
  return Math.min(BUCKETS - 1, LINEAR + Math.floor(4 * Math.log2(ms / LINEAR)));
};

const lowerBound = (bucket: number): number => (bucket < LINEAR ? bucket : LINEAR * 2 ** ((bucket - LINEAR) / 4));

/** How often which latency was: counts that can be added up, from which quantiles are read to within a fifth. */
export class LatencyCounts {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;

  /** Counts one more. */
  add(ms: number): void {
    this.#counts[bucketOf(ms)]!++;
    this.#total++;
  }

  /** Counts all of another's too. */
  merge(other: LatencyCounts): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#counts[bucket]! += other.#counts[bucket]!;
    this.#total += other.#total;
  }

  /** The least latency that such a share is not above, in milliseconds; undefined where nothing was counted. */
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
