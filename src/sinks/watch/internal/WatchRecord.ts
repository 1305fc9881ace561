import type { LivePrediction } from '../../../contracts/live/Live.js';
import { feedAfter, type FeedEvent, unheardFeed } from './feedAfter.js';
import { LastMinute } from './LastMinute.js';
import { RecentLags } from './RecentLags.js';
import type { WatchEvent } from '../WatchEvent.js';
import type { FeedState, WatchState } from './WatchState.js';

/** The most headlines that are kept for the view: more than a terminal has lines. */
const KEPT = 200;

/**
 * Collects what a view shows of a stream of live headlines: counts, rates, and the newest headlines.
 *
 * @internal
 */
export class WatchRecord {
  readonly #shows: (prediction: LivePrediction) => boolean;
  readonly #titles: ReadonlyMap<string, string>;
  readonly #perClass: Map<string, number>;
  readonly #feeds: Map<string, FeedState>;
  readonly #newest: LivePrediction[] = [];
  readonly #lags = new RecentLags();
  readonly #rate: LastMinute;
  #headlines = 0;
  #shown = 0;
  #repeated = 0;
  readonly #repeatedBy = { guid: 0, link: 0, content: 0 };
  #corrected = 0;
  #dropped = 0;
  #rejected = 0;

  /**
   * @param classes the model's classes
   * @param feeds the feeds that are known before their first event
   * @param shows which predictions are listed
   * @param now the time of the start, in ms
   * @param titles the user's titles of feeds, by address; they take precedence over the feeds' own titles
   */
  constructor(
    classes: readonly string[],
    feeds: readonly string[],
    shows: (prediction: LivePrediction) => boolean,
    now: number,
    titles: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#shows = shows;
    this.#titles = titles;
    this.#perClass = new Map(classes.map((category) => [category, 0]));
    this.#feeds = new Map(feeds.map((source) => [source, unheardFeed(source, titles.get(source))]));
    this.#rate = new LastMinute(now);
  }

  /** Adds one event. */
  take(event: WatchEvent, now: number): void {
    switch (event.type) {
      case 'live-prediction':
        this.#predicted(event, now);
        break;
      case 'repeated':
        this.#repeated += event.headlines;
        if (event.by !== undefined) this.#repeatedBy[event.by] += event.headlines;
        break;
      case 'corrected':
        this.#corrected += event.headlines;
        break;
      case 'dropped':
        this.#dropped += event.headlines;
        break;
      case 'rejection':
        this.#rejected += 1;
        break;
      case 'read':
      case 'unchanged':
      case 'failed':
      case 'moved':
      case 'gap':
      case 'opened':
        this.#heard(event);
        break;
      case 'removed':
        this.#feeds.delete(event.source);
        break;
    }
  }

  /** The title of a feed; undefined if it has none. */
  titleOf(source: string): string | undefined {
    return this.#feeds.get(source)?.title;
  }

  /** The state at a time, in ms. */
  state(now: number): WatchState {
    return {
      now,
      classes: Array.from(this.#perClass, ([category, headlines]) => ({ category, headlines })),
      headlines: this.#headlines,
      shown: this.#shown,
      repeated: this.#repeated,
      repeatedBy: { ...this.#repeatedBy },
      corrected: this.#corrected,
      dropped: this.#dropped,
      rejected: this.#rejected,
      perSecond: this.#rate.perSecond(now),
      lag: this.#lags.lag(),
      feeds: [...this.#feeds.values()],
      newest: this.#newest.slice(),
    };
  }

  #predicted(prediction: LivePrediction, now: number): void {
    this.#headlines += 1;
    this.#rate.add(1, now);
    this.#lags.add(prediction.latencyMs);
    this.#perClass.set(prediction.category, (this.#perClass.get(prediction.category) ?? 0) + 1);
    if (!this.#shows(prediction)) return;
    this.#shown += 1;
    this.#newest.unshift(prediction);
    if (this.#newest.length > KEPT) this.#newest.pop();
  }

  #heard(event: FeedEvent): void {
    const given = this.#titles.get(event.source);
    const before = this.#feeds.get(event.source) ?? unheardFeed(event.source, given);
    const after = feedAfter(before, event);
    this.#feeds.set(event.source, given === undefined ? after : { ...after, title: given });
  }
}
