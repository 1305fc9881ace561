import type { SourceEvents } from '../../contracts/live/Live.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { Pacing } from '../pacing/Pacing.js';

/** What all sources of live headlines have in common. The scheduler's clock also says when a headline was seen. */
export interface LiveOptions extends Pacing {
  /**
   * Where records go that cannot be read as headlines. Default: none, and the first such record ends the stream with
   * `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
  /**
   * Is told what happens to the source: that it is open, that it failed and when it is tried again. What it throws ends
   * the stream. Default: nobody.
   */
  readonly events?: SourceEvents | undefined;
}
