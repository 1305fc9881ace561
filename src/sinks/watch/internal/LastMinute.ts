const SECONDS = 60;

/**
 * The number of events per second over the last minute, or since the start if that is shorter. There is one count for
 * each second.
 *
 * @internal
 */
export class LastMinute {
  readonly #start: number;
  readonly #counts = new Float64Array(SECONDS);
  /** The second of the last update, counted from the start. */
  #second = 0;

  /** @param now the time of the start, in ms */
  constructor(now: number) {
    this.#start = now;
  }

  /** Adds a number of events at a time, in ms. */
  add(count: number, now: number): void {
    this.#advance(now);
    const place = this.#second % SECONDS;
    this.#counts[place] = (this.#counts[place] ?? 0) + count;
  }

  /** The rate per second. If the start was less than a second ago, one second is assumed. */
  perSecond(now: number): number {
    this.#advance(now);
    const seconds = Math.min(SECONDS, Math.max(1, (now - this.#start) / 1000));
    return this.#counts.reduce((sum, count) => sum + count, 0) / seconds;
  }

  /**
   * Clears the seconds that have passed since the last update. If the clock was set back, counting continues in the
   * last second.
   */
  #advance(now: number): void {
    const second = Math.floor((now - this.#start) / 1000);
    for (let next = Math.max(this.#second + 1, second - SECONDS + 1); next <= second; next++)
      this.#counts[next % SECONDS] = 0;
    this.#second = Math.max(this.#second, second);
  }
}
