import type { LivePrediction, SourceEvent } from '../../contracts/live/Live.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';

/** Headlines that were not classified: they had been there before, or came faster than they could be. */
export interface HeadlinesLeftOut {
  /** `corrected` are those that had been there under another title. */
  readonly type: 'repeated' | 'corrected' | 'dropped';
  readonly headlines: number;
  /** What those that had been there were known by. */
  readonly by?: 'guid' | 'link' | 'content' | undefined;
}

/** The events that a view of live headlines takes. */
export type WatchEvent = LivePrediction | SourceEvent | Rejection | HeadlinesLeftOut;
