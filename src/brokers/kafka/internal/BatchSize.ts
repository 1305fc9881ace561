/** The first size. It doubles with each fast batch. */
const FIRST = 64;
/** A batch that takes longer is too large. Far below the timeout of a transaction, which ends it. Milliseconds. */
const SLOW_MS = 2000;

/**
 * The size of the next batch for a topic, so that each is written within about two seconds.
 *
 * A broker delays requests above a quota. A transaction that waits longer than its timeout is aborted, and would fail
 * again with the same size. So the size starts small, doubles while batches are fast, shrinks in proportion when one is
 * slow, and halves when one fails.
 */
export class BatchSize {
  readonly #most: number;
  #size: number;

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
    if (ms > SLOW_MS) this.#size = Math.max(1, Math.floor((count * SLOW_MS) / ms));
    else if (ms < SLOW_MS / 2 && count >= this.#size) this.#size = Math.min(this.#most, 2 * this.#size);
  }

  /** A batch was not written. */
  failed(): void {
    this.#size = Math.max(1, Math.floor(this.#size / 2));
  }
}
