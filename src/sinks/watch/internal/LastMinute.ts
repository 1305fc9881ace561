const SECONDS = 60;

/**
 * How many things a second there were over the last minute, or since the start where that is less: a count for each
 * second.
 *
 * @internal
 */
export class LastMinute {
  readonly #start: number;
  readonly #counts = new Float64Array(SECONDS);
  /** The second that was counted in last, from the start. */
  #second = 0;

  /** @param now the time of the start, in ms */
  constructor(now: number) {
    this.#start = now;
  }

  /** Counts some more at a time. */
  add(count: number, now: number): void {
    this.#advance(now);
    const place = this.#second % SECONDS;
    this.#counts[place] = (this.#counts[place] ?? 0) + count;
  }

  /** The rate per second; a start shorter than a second ago counts as a second. */
  perSecond(now: number): number {
    this.#advance(now);
    const seconds = Math.min(SECONDS, Math.max(1, (now - this.#start) / 1000));
    return this.#counts.reduce((sum, count) => sum + count, 0) / seconds;
  }

  /**
   * Empties the seconds that have passed since. A clock that was set back goes on counting in the second where it was.
   */
  #advance(now: number): void {
    const second = Math.floor((now - this.#start) / 1000);
    for (let next = Math.max(this.#second + 1, second - SECONDS + 1); next <= second; next++)
      this.#counts[next % SECONDS] = 0;
    this.#second = Math.max(this.#second, second);
  }
}
