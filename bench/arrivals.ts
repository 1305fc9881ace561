import { random, type LiveHeadline } from 'headwater';
import { Observable } from 'rxjs';

/** The options of the arrivals. */
export interface ArrivalsOptions {
  /** The titles, which are repeated in turn. */
  readonly titles: readonly string[];
  /** The mean number of headlines per second. */
  readonly rate: number;
  readonly seconds: number;
  /**
   * Whether all headlines differ in guid, link and title. Use it where a stage would otherwise treat the second pass
   * over the titles as repeats.
   */
  readonly distinct: boolean;
  /** The clock, in milliseconds since 1970, with fractions. */
  readonly now: () => number;
  readonly seed: number;
}

/**
 * Headlines that arrive at random, like calls at a telephone exchange: the gaps are exponentially distributed, so there
 * are bursts.
 *
 * The arrival times are fixed in advance. A headline's `seen` is its arrival time, even if the event loop emits it
 * later. If a source set `seen` at the emission, it would delay the next headlines while the pipeline is busy. The
 * figures would then hide exactly the delay that is to be measured (coordinated omission).
 */
export const arrivals = ({ titles, rate, seconds, distinct, now, seed }: ArrivalsOptions): Observable<LiveHeadline> =>
  new Observable((subscriber) => {
    const dice = random(seed, 'test');
    const begun = now();
    const end = begun + seconds * 1000;
    const gap = (): number => (-Math.log(1 - dice.uniform()) * 1000) / rate;
    let id = 0;
    let due = begun + gap();
    const timer = setInterval(() => {
      const present = now();
      while (due <= present && due < end) {
        const title = titles[id % titles.length]!;
        const known = distinct
          ? { title: `${title} ${id}`, guid: String(id), link: `https://news.example/${seed}/${id}?utm_source=feed` }
          : { title, guid: undefined, link: undefined };
        subscriber.next({ ...known, id, source: 'in-process', published: undefined, seen: due, category: undefined });
        id += 1;
        due += gap();
      }
      if (due >= end) subscriber.complete();
    }, 1);
    return () => clearInterval(timer);
  });
