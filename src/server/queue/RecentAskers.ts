/** How long a client counts as likely to send again. Milliseconds. */
const WINDOW_MS = 50;

/** A client: a connection that knows whether it is closed. */
export interface Asker {
  readonly destroyed?: boolean;
}

/**
 * The clients of recent requests: this many are likely to send again soon. Holds at most the clients of two windows of
 * 50 ms.
 */
export class RecentAskers {
  #present = new Set<Asker>();
  #before = new Set<Asker>();
  #since = 0;

  add(asker: Asker, now: number): void {
    this.#turn(now);
    this.#present.add(asker);
  }

  /** The number of clients that have sent in the last 50 to 100 ms and can send again. */
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
