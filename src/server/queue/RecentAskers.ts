/** How long one who has asked counts as one who may be about to ask again. Milliseconds. */
const WINDOW_MS = 50;

/** Who asks: a connection, of which it is known whether it is closed. */
export interface Asker {
  readonly destroyed?: boolean;
}

/**
 * Those who asked not long ago: so many are likely to ask again soon. Holds at most those of two windows of 50 ms.
 */
export class RecentAskers {
  #present = new Set<Asker>();
  #before = new Set<Asker>();
  #since = 0;

  /** Records a request. */
  add(asker: Asker, now: number): void {
    this.#turn(now);
    this.#present.add(asker);
  }

  /** How many have asked in the last 50 to 100 ms, and may ask again. */
  count(now: number): number {
    this.#turn(now);
    let count = 0;
    for (const { destroyed } of this.#present) if (destroyed !== true) count += 1;
    for (const asker of this.#before) if (asker.destroyed !== true && !this.#present.has(asker)) count += 1;
    return count;
  }

  #turn(now: number): void {
    const passed = now - this.#since;
    if (passed < WINDOW_MS) return;
    this.#before = passed < 2 * WINDOW_MS ? this.#present : new Set();
    this.#present = new Set();
    this.#since = now;
  }
}
