import type { LivePrediction } from '../../../contracts/live/Live.js';
import type { Lag } from './RecentLags.js';

/** The state of a feed. */
export interface FeedState {
  readonly source: string;
  /** Its own title, or its title in a list of feeds; undefined if neither is known. */
  readonly title: string | undefined;
  /**
   * `waiting` for its first answer; `read`, to be read again later; `open`, a stream that sends by itself; `failing`;
   * `gone`: it is not tried again; `unreadable`: it was read, but none of its items could be.
   */
  readonly status: 'waiting' | 'read' | 'open' | 'unreadable' | 'failing' | 'gone';
  /** The time when it was last read, opened, or found unchanged, in ms. */
  readonly lastRead: number | undefined;
  /** The time of the next reading, in ms; undefined if it sends by itself, or is not read again. */
  readonly nextRead: number | undefined;
  /** The number of items at the last reading. */
  readonly items: number | undefined;
  /** The new address, if the feed has moved. */
  readonly movedTo: string | undefined;
  /** The number of gaps: readings in which none of the previous items was still there. */
  readonly gaps: number;
  /** The error of the last attempt, if it failed. */
  readonly error: string | undefined;
}

/** Everything that a frame shows. Counts are numbers of headlines. */
export interface WatchState {
  /** The current time, in ms. */
  readonly now: number;
  /** Headlines per class, in the order of the model's classes. */
  readonly classes: readonly { readonly category: string; readonly headlines: number }[];
  /** Classified headlines. */
  readonly headlines: number;
  /** Classified headlines that pass the filter of the view. */
  readonly shown: number;
  /** Headlines that were seen before. */
  readonly repeated: number;
  /** The same, by how they were recognized. */
  readonly repeatedBy: Readonly<Record<'guid' | 'link' | 'content', number>>;
  /** Headlines that were seen before with another title. */
  readonly corrected: number;
  /** Headlines that arrived too fast to be classified. */
  readonly dropped: number;
  /** Items that could not be read. */
  readonly rejected: number;
  /** Headlines per second over the last minute. */
  readonly perSecond: number;
  /** The latency from arrival to result, of the last thousand headlines; undefined before the first. */
  readonly lag: Lag | undefined;
  readonly feeds: readonly FeedState[];
  /** The headlines that pass the filter, the newest first. */
  readonly newest: readonly LivePrediction[];
}
