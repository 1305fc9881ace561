/** The first size. It doubles with each fast batch. */
const FIRST = 64;
/** A batch is too large if its deliveries add more than this to the time of an empty one. Milliseconds. */
const SLOW_MS = 2000;
/** A batch that takes longer is too large in any case: the timeout of a transaction is near. Milliseconds. */
const LONGEST_MS = 6000;
/** How many of the last batches say how long another one takes. */
const REMEMBERED = 8;

/** A batch that was written. */
interface Written {
  readonly count: number;
  readonly ms: number;
}

/**
 * The size of the next batch for a topic, so that its deliveries take about two seconds.
 *
 * A broker delays requests above a quota. A transaction that waits longer than its timeout is aborted, and would fail
 * again with the same size. So the size starts small, doubles while batches are fast, shrinks in proportion when one is
 * slow, and halves when one fails.
 *
 * The part of the time that every batch takes does not count. If a broker answers slowly, smaller batches are not
 * faster, and would only be more.
 */
export class BatchSize {
  readonly #most: number;
  #size: number;
  #last: readonly Written[] = [];
  /** The milliseconds of one delivery, once batches of different sizes have shown them. */
  #each: number | undefined;

  /** @param most the largest size */
  constructor(most: number) {
    this.#most = most;
    this.#size = Math.min(FIRST, most);
  }

  /** The size of the next batch, in deliveries. */
  get size(): number {
    return this.#size;
  }

  /** A batch of `count` deliveries was written in `ms` milliseconds. */
  wrote(count: number, ms: number): void {
    this.#last = [...this.#last, { count, ms }].slice(-REMEMBERED);
    const each = this.#msOfOne({ count, ms });
    if (each * count > SLOW_MS) this.#resize(SLOW_MS / each);
    else if (ms > LONGEST_MS) this.#resize(count / 2);
    else if (each * count < SLOW_MS / 2 && count >= this.#size) this.#resize(2 * this.#size);
  }

  /** A batch was not written. */
  failed(): void {
    this.#resize(this.#size / 2);
  }

  #resize(size: number): void {
    this.#size = Math.max(1, Math.min(this.#most, Math.floor(size)));
  }

  /** By how many milliseconds a delivery makes a batch slower, from the smallest and the largest of the last ones. */
  #msOfOne({ count, ms }: Written): number {
    const sorted = this.#last.toSorted((a, b) => a.count - b.count);
    const [small, large] = [sorted[0], sorted.at(-1)];
    if (small !== undefined && large !== undefined && small.count < large.count)
      this.#each = Math.max(0, large.ms - small.ms) / (large.count - small.count);
    // What was seen before may have been a pause, such as an election. One batch of twice the size tells.
    else if (this.#last.length === REMEMBERED && count < FIRST && 2 * ms <= LONGEST_MS) this.#each = 0;
    // Until then, all had the same size. If it is small, a batch is probably slow because every batch is.
    if (this.#each === undefined) return count >= FIRST && ms > SLOW_MS ? ms / count : 0;
    // No delivery took longer than its share of its batch.
    return Math.min(this.#each, ms / count);
  }
}
