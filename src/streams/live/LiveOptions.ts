import type { SourceEvents } from '../../contracts/live/Live.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { Pacing } from '../pacing/Pacing.js';

/** The options that all sources of live headlines share. The clock of `scheduler` also sets `seen` of a headline. */
export interface LiveOptions extends Pacing {
  /**
   * Receives the records that cannot be read as headlines. Default: none, so that the first such record ends the stream
   * with `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
  /**
   * Receives the events of the source: that it is open, that it failed, and when the next attempt follows. If it
   * throws, the stream ends with this error. Default: none.
   */
  readonly events?: SourceEvents | undefined;
}
