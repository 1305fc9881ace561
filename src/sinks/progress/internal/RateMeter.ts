/** How far apart samples are, in ms: the memory of a window is its length over this. */
const GRAIN = 250;

/**
 * How many things a second there were lately: over the last `window` ms, or since the start where that is less.
 *
 * @internal
 */
export class RateMeter {
  readonly #window: number;
  #samples: { readonly time: number; readonly count: number }[] = [];
  #count = 0;

  /**
   * @param now the time of the start, in ms
   * @param window how far it looks back, in ms
   */
  constructor(now: number, window = 10_000) {
    this.#window = window;
    this.#samples.push({ time: now, count: 0 });
  }

  /** Counts some more at a time. */
  add(count: number, now: number): void {
    this.#count += count;
    const newest = this.#samples[this.#samples.length - 1];
    if (newest !== undefined && now - newest.time < GRAIN) return;
    this.#samples.push({ time: now, count: this.#count });
    // The first one stays at or beyond the window's edge, for the rate is measured from it.
    while (this.#samples.length > 2 && now - (this.#samples[1]?.time ?? now) >= this.#window) this.#samples.shift();
  }

  /** The rate per second; undefined while no time has passed, or nothing was counted. */
  perSecond(now: number): number | undefined {
    const first = this.#samples[0];
    if (first === undefined || now <= first.time || this.#count === first.count) return undefined;
    return ((this.#count - first.count) / (now - first.time)) * 1000;
  }
}
