import { random, type LiveHeadline } from 'headwater';
import { Observable } from 'rxjs';

/** How headlines arrive. */
export interface ArrivalsOptions {
  /** What arrives, over and over. */
  readonly titles: readonly string[];
  /** How many a second, in the mean. */
  readonly rate: number;
  readonly seconds: number;
  /**
   * Whether every headline is told from every other by its guid, link and title: for what would take the second round
   * of the titles for repeats.
   */
  readonly distinct: boolean;
  /** The clock, in milliseconds since 1970, with fractions. */
  readonly now: () => number;
  readonly seed: number;
}

/**
 * Headlines that arrive at random, as calls at an exchange do: the gaps between them are exponential, so that there are
 * bursts.
 *
 * When each arrives is settled beforehand, and is what it was `seen` at, whenever the event loop finds the time to hand
 * it on. A source that set `seen` as it handed a headline on would wait with the next ones while the pipeline is busy,
 * and leave out of the figures just what is to be found out (coordinated omission).
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
