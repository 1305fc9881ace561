import type { Valve } from '../../contracts/flow/Valve.js';
import type { SourceEvents } from '../../contracts/live/Live.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import type { RepeatedHeadline } from '../../operators/live/dedupe.js';

/** What the server gives to a source of live headlines. The fields are options of `pollFeed` and similar sources. */
export interface HeadlineSourceContext {
  /** Closed while headlines wait in the queue. */
  readonly valve: Valve;
  /** Receives the events of the source. The server counts them in a metric and sends them to listeners. */
  readonly events: SourceEvents;
  /** Receives items that cannot be read. The server counts them in a metric. */
  readonly rejections: DeadLetter;
  /**
   * Receives headlines that had arrived before. The server counts them in a metric. The option `repeats` of `dedupe`.
   */
  readonly repeats: { next(repeat: RepeatedHeadline): void };
}
