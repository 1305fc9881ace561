import type { LivePrediction } from '../../../contracts/live/Live.js';
import type { Lag } from './RecentLags.js';

/** How it stands with a feed. */
export interface FeedState {
  readonly source: string;
  /** Its own title, or its title in a list of feeds; undefined if neither is known. */
  readonly title: string | undefined;
  /**
   * `waiting` for its first answer, `read` and to be read again, `open` and sending by itself, `failing`, or `gone`
   * where it was given up; `unreadable` where it was read, and none of its items could be.
   */
  readonly status: 'waiting' | 'read' | 'open' | 'unreadable' | 'failing' | 'gone';
  /** When it was last read, opened, or told that nothing has changed, in ms. */
  readonly lastRead: number | undefined;
  /** When it will be read next, in ms; undefined where it sends by itself, or is read no more. */
  readonly nextRead: number | undefined;
  /** How many items it had when it was last read. */
  readonly items: number | undefined;
  /** Where it says that it lives now. */
  readonly movedTo: string | undefined;
  /** How many times it had gone on by more than it holds. */
  readonly gaps: number;
  /** Why it could not be read, the last time. */
  readonly error: string | undefined;
}

/** Everything that a frame shows. */
export interface WatchState {
  /** The time that it is, in ms. */
  readonly now: number;
  /** Headlines by class, in the order of the model's classes. */
  readonly classes: readonly { readonly category: string; readonly headlines: number }[];
  /** Headlines that were classified. */
  readonly headlines: number;
  /** Those that pass the filter. */
  readonly shown: number;
  /** Those that were there before. */
  readonly repeated: number;
  /** The same by what they were known by. */
  readonly repeatedBy: Readonly<Record<'guid' | 'link' | 'content', number>>;
  /** Those that were there under another title. */
  readonly corrected: number;
  /** Those that came too fast. */
  readonly dropped: number;
  /** Those that cannot be read. */
  readonly rejected: number;
  /** Headlines a second over the last minute. */
  readonly perSecond: number;
  /** From arrival to result, of the last thousand; undefined before the first. */
  readonly lag: Lag | undefined;
  readonly feeds: readonly FeedState[];
  /** Those that pass the filter, the last that came first. */
  readonly newest: readonly LivePrediction[];
}
