/** The distance between samples, in ms. A window holds its length divided by this many samples. */
const GRAIN = 250;

/**
 * The recent rate: the number of events per second over the last `window` ms, or since the start if that is shorter.
 *
 * @internal
 */
export class RateMeter {
  readonly #window: number;
  #samples: { readonly time: number; readonly count: number }[] = [];
  #count = 0;

  /**
   * @param now the time of the start, in ms
   * @param window the length of the window, in ms
   */
  constructor(now: number, window = 10_000) {
    this.#window = window;
    this.#samples.push({ time: now, count: 0 });
  }

  /** Adds a number of events at a time, in ms. */
  add(count: number, now: number): void {
    this.#count += count;
    const newest = this.#samples[this.#samples.length - 1];
    if (newest !== undefined && now - newest.time < GRAIN) return;
    this.#samples.push({ time: now, count: this.#count });
    // The first sample stays at or before the start of the window, because the rate is measured from it.
    while (this.#samples.length > 2 && now - (this.#samples[1]?.time ?? now) >= this.#window) this.#samples.shift();
  }

  /** The rate per second; undefined if no time has passed, or nothing was counted. */
  perSecond(now: number): number | undefined {
    const first = this.#samples[0];
    if (first === undefined || now <= first.time || this.#count === first.count) return undefined;
    return ((this.#count - first.count) / (now - first.time)) * 1000;
  }
}
