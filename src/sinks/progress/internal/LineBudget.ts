/** The number of lines that may come at once. */
const AT_ONCE = 5;

/** The time after which one further line may come, in ms. */
const EVERY = 1000;

/**
 * Limits lines that may come hundreds of times a second: a few at once, and then one a second.
 *
 * @internal
 */
export class LineBudget {
  #left = AT_ONCE;
  #since: number;

  /** @param now the time of the start, in ms */
  constructor(now: number) {
    this.#since = now;
  }

  /** Takes the right to one line at a time, in ms; returns whether there was one. */
  take(now: number): boolean {
    const earned = Math.floor((now - this.#since) / EVERY);
    if (earned > 0) {
      this.#left = Math.min(AT_ONCE, this.#left + earned);
      this.#since += earned * EVERY;
    }
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }
}
