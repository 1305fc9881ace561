import { ALL, confidenceOf, type HeadlineFilter, headlineTest } from './headlineFilter.js';
import { HeadlineRing, type SeenHeadline } from './HeadlineRing.js';

/**
 * The headlines that the list shows: those of all that the filter lets through, in the order that was asked for.
 *
 * The last one of `ring` stands on top. While the list is held, what comes waits: it is counted, and shown by
 * `rebuild`.
 */
export class ShownHeadlines {
  readonly #all: HeadlineRing;
  readonly #classes: readonly string[];
  #filter = ALL;
  #test = headlineTest(ALL, []);
  #ring: HeadlineRing;
  /** The serial number of the first headline of all that was not looked at yet. */
  #next = 0;
  #waiting = 0;

  constructor(all: HeadlineRing, classes: readonly string[]) {
    this.#all = all;
    this.#classes = classes;
    this.#ring = new HeadlineRing(all.capacity);
  }

  /** Those that are shown. */
  get ring(): HeadlineRing {
    return this.#ring;
  }

  /** How many wait to be shown. */
  get waiting(): number {
    return this.#waiting;
  }

  get filter(): HeadlineFilter {
    return this.#filter;
  }

  /** Shows others, in a ring of their own. */
  use(filter: HeadlineFilter, now: number): void {
    this.#filter = filter;
    this.#test = headlineTest(filter, this.#classes);
    this.rebuild(now);
  }

  /** Puts together anew what is shown. */
  rebuild(now: number): void {
    this.#ring = new HeadlineRing(this.#all.capacity);
    for (const headline of this.#wanted(now)) this.#ring.push(headline);
    this.#next = this.#all.end;
    this.#waiting = 0;
  }

  /** Counts those that have come and wait. */
  wait(now: number): void {
    for (; this.#next < this.#all.end; this.#next++) {
      const headline = this.#all.at(this.#next);
      if (headline !== undefined && this.#test(headline, now)) this.#waiting += 1;
    }
  }

  /** Puts those that have come on top. For a list in the order of time, where none waits; `rebuild` is for others. */
  catchUp(now: number): void {
    for (; this.#next < this.#all.end; this.#next++) {
      const headline = this.#all.at(this.#next);
      if (headline !== undefined && this.#test(headline, now)) this.#ring.push(headline);
    }
  }

  /** Whether one that is shown is older by now than the filter allows. */
  isStale(now: number): boolean {
    const oldest = this.#ring.at(this.#ring.first);
    return this.#filter.minutes > 0 && oldest !== undefined && now - oldest.seen > this.#filter.minutes * 60_000;
  }

  /** All that the filter lets through, the last one on top. */
  #wanted(now: number): readonly SeenHeadline[] {
    const wanted: SeenHeadline[] = [];
    for (let serial = this.#all.first; serial < this.#all.end; serial++) {
      const headline = this.#all.at(serial);
      if (headline !== undefined && this.#test(headline, now)) wanted.push(headline);
    }
    return this.#filter.order === 'unsure' ? wanted.sort((a, b) => confidenceOf(b) - confidenceOf(a)) : wanted;
  }
}
