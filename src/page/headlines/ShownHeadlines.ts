import { ALL, confidenceOf, type HeadlineFilter, headlineTest } from './headlineFilter.js';
import { HeadlineRing, type SeenHeadline } from './HeadlineRing.js';

/**
 * The headlines in the list: all headlines that match the filter, in the selected order.
 *
 * The last headline of `ring` is at the top. While the list is held, new headlines wait: they are counted, and
 * `rebuild` shows them.
 */
export class ShownHeadlines {
  readonly #all: HeadlineRing;
  readonly #classes: readonly string[];
  readonly #isLabelled: (headline: SeenHeadline) => boolean;
  #filter = ALL;
  #test = headlineTest(ALL, []);
  #ring: HeadlineRing;
  /** The serial number of the first headline that was not checked yet. */
  #next = 0;
  #waiting = 0;

  /**
   * @param isLabelled whether a headline has its right class; in the order by confidence, it comes after all others
   */
  constructor(
    all: HeadlineRing,
    classes: readonly string[],
    isLabelled: (headline: SeenHeadline) => boolean = () => false,
  ) {
    this.#all = all;
    this.#classes = classes;
    this.#isLabelled = isLabelled;
    this.#ring = new HeadlineRing(all.capacity);
  }

  /** The headlines in the list. */
  get ring(): HeadlineRing {
    return this.#ring;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get filter(): HeadlineFilter {
    return this.#filter;
  }

  /** Applies another filter. The result is a new ring. */
  use(filter: HeadlineFilter, now: number): void {
    this.#filter = filter;
    this.#test = headlineTest(filter, this.#classes);
    this.rebuild(now);
  }

  rebuild(now: number): void {
    this.#ring = new HeadlineRing(this.#all.capacity);
    for (const headline of this.#wanted(now)) this.#ring.push(headline);
    this.#next = this.#all.end;
    this.#waiting = 0;
  }

  /** Counts new headlines as waiting. */
  wait(now: number): void {
    for (; this.#next < this.#all.end; this.#next++) {
      const headline = this.#all.at(this.#next);
      if (headline !== undefined && this.#test(headline, now)) this.#waiting += 1;
    }
  }

  /**
   * Adds new headlines at the top. Only for a list sorted by time without waiting headlines; otherwise use `rebuild`.
   */
  catchUp(now: number): void {
    for (; this.#next < this.#all.end; this.#next++) {
      const headline = this.#all.at(this.#next);
      if (headline !== undefined && this.#test(headline, now)) this.#ring.push(headline);
    }
  }

  /** Whether a listed headline is now older than the filter permits. */
  isStale(now: number): boolean {
    const oldest = this.#ring.at(this.#ring.first);
    return this.#filter.minutes > 0 && oldest !== undefined && now - oldest.seen > this.#filter.minutes * 60_000;
  }

  /** All headlines that match the filter, in an order whose last item is at the top. */
  #wanted(now: number): readonly SeenHeadline[] {
    const wanted: SeenHeadline[] = [];
    for (let serial = this.#all.first; serial < this.#all.end; serial++) {
      const headline = this.#all.at(serial);
      if (headline !== undefined && this.#test(headline, now)) wanted.push(headline);
    }
    if (this.#filter.order === 'newest') return wanted;
    // A reader who labels wants the next headline to label at the top.
    const rank = (headline: SeenHeadline): number => confidenceOf(headline) + (this.#isLabelled(headline) ? 2 : 0);
    return wanted
      .map((headline) => ({ headline, rank: rank(headline) }))
      .sort((a, b) => b.rank - a.rank)
      .map(({ headline }) => headline);
  }
}
