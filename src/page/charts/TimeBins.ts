import { LatencyCounts } from './LatencyCounts.js';

/** The counts of a time interval. */
interface Bin {
  /** By class; the last one counts all other classes. */
  readonly counts: Float64Array;
  readonly latencies: LatencyCounts;
}

/** The bins as columns, the oldest first. */
export interface BinColumns {
  /** The start of each bin, in seconds since 1970. */
  readonly times: readonly number[];
  /** The number of headlines by class, then by bin. */
  readonly counts: readonly (readonly number[])[];
  /** The number of headlines by bin. */
  readonly totals: readonly number[];
  /** Headlines per second by bin. */
  readonly rates: readonly number[];
  /** The median latency by bin, in milliseconds; null if a bin has no headlines. */
  readonly median: readonly (number | null)[];
  readonly slowest: readonly (number | null)[];
}

/** The possible widths of bins, in milliseconds. Each is a multiple of the one before. */
const WIDTHS = [
  1000, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000,
  86_400_000,
] as const;

/**
 * Counts headlines by time: the number of each class, and the latencies.
 *
 * The number of bins never exceeds `most`. If it would, the bins become wider and are merged. Bins of a day are not
 * merged; the oldest are dropped instead.
 */
export class TimeBins {
  readonly #classes: number;
  readonly #most: number;
  #level = 0;
  /** The number of the first bin, counted from 1970. */
  #first = 0;
  #bins: Bin[] = [];

  /**
   * @param classes the number of classes
   * @param most the maximum number of bins
   */
  constructor(classes: number, most = 60) {
    this.#classes = classes;
    this.#most = most;
  }

  /** The width of a bin, in milliseconds. */
  get widthMs(): number {
    return WIDTHS[this.#level]!;
  }

  /**
   * Counts a headline. A headline from before the first bin counts in the first bin. A class beyond the number of
   * classes counts only in the totals.
   */
  add(time: number, category: number, latencyMs: number): void {
    const bin = this.#binAt(time);
    bin.counts[Math.min(category, this.#classes)]!++;
    bin.latencies.add(latencyMs);
  }

  /** The counts until now. Bins without headlines are included. */
  columns(now: number): BinColumns {
    if (this.#bins.length > 0) this.#binAt(now);
    const { widthMs } = this;
    const totals = this.#bins.map(({ counts }) => counts.reduce((sum, count) => sum + count, 0));
    return {
      times: this.#bins.map((_, index) => ((this.#first + index) * widthMs) / 1000),
      counts: Array.from({ length: this.#classes }, (_, category) => this.#bins.map(({ counts }) => counts[category]!)),
      totals,
      rates: totals.map((total, index) => {
        // The last bin is incomplete: its rate refers to the time that has passed.
        const passed =
          index === totals.length - 1
            ? Math.min(widthMs, Math.max(1000, now - (this.#first + index) * widthMs))
            : widthMs;
        return (total * 1000) / passed;
      }),
      median: this.#bins.map(({ latencies }) => latencies.quantile(0.5) ?? null),
      slowest: this.#bins.map(({ latencies }) => latencies.quantile(0.95) ?? null),
    };
  }

  /** Headlines per second in the last `overMs` milliseconds, extended to whole bins, but not beyond the first bin. */
  recentRate(now: number, overMs: number): number {
    if (this.#bins.length === 0) return 0;
    this.#binAt(now);
    const from = Math.max(0, this.#bins.length - Math.ceil(overMs / this.widthMs) - 1);
    const passed = Math.max(1000, now - (this.#first + from) * this.widthMs);
    return (
      (this.#bins.slice(from).reduce((sum, { counts }) => sum + counts.reduce((total, count) => total + count, 0), 0) *
        1000) /
      passed
    );
  }

  #binAt(time: number): Bin {
    let number = Math.floor(time / this.widthMs);
    if (this.#bins.length === 0) this.#first = number;
    while (number - this.#first >= this.#most && this.#level < WIDTHS.length - 1) {
      this.#widen();
      number = Math.floor(time / this.widthMs);
    }
    const index = Math.max(0, number - this.#first);
    if (index >= 2 * this.#most) {
      this.#bins = [];
      this.#first = number;
      return this.#binAt(time);
    }
    while (this.#bins.length <= index)
      this.#bins.push({ counts: new Float64Array(this.#classes + 1), latencies: new LatencyCounts() });
    const excess = Math.max(0, this.#bins.length - this.#most);
    this.#bins.splice(0, excess);
    this.#first += excess;
    return this.#bins[index - excess]!;
  }

  #widen(): void {
    const before = this.widthMs;
    this.#level++;
    const together = this.widthMs / before;
    const first = Math.floor(this.#first / together);
    const wider: Bin[] = [];
    this.#bins.forEach((bin, index) => {
      const place = Math.floor((this.#first + index) / together) - first;
      const into = wider[place];
      if (into === undefined) {
        wider[place] = bin;
        return;
      }
      bin.counts.forEach((count, category) => {
        into.counts[category]! += count;
      });
      into.latencies.merge(bin.latencies);
    });
    this.#first = first;
    this.#bins = wider;
  }
}
