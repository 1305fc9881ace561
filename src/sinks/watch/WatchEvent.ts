import type { LivePrediction, SourceEvent } from '../../contracts/Live.js';
import type { Rejection } from '../../contracts/Rejection.js';

/** Headlines that were not classified: they had been there before, or came faster than they could be. */
export interface HeadlinesLeftOut {
  readonly type: 'repeated' | 'dropped';
  readonly headlines: number;
}

/** What a view of live headlines is told. */
export type WatchEvent = LivePrediction | SourceEvent | Rejection | HeadlinesLeftOut;
