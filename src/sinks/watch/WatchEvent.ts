import type { LivePrediction, SourceEvent } from '../../contracts/live/Live.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';

/** Headlines that were not classified: repeated ones, or ones that arrived too fast. */
export interface HeadlinesLeftOut {
  /** `corrected`: headlines that were seen before with another title. */
  readonly type: 'repeated' | 'corrected' | 'dropped';
  readonly headlines: number;
  /** How repeated headlines were recognized. */
  readonly by?: 'guid' | 'link' | 'content' | undefined;
}

/** The events that a view of live headlines accepts. */
export type WatchEvent = LivePrediction | SourceEvent | Rejection | HeadlinesLeftOut;
