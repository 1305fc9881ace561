import type { SchedulerLike } from 'rxjs';
import type { Valve } from '../../contracts/flow/Valve.js';

/** How a source that could emit without pause lets others have their turn. */
export interface Pacing {
  /** While it is closed nothing is emitted and nothing is read. Default: none. */
  readonly valve?: Valve | undefined;
  /**
   * How long it emits in one go, the subscriber's own work included, before the event loop gets its turn. Milliseconds;
   * default 25; Infinity never yields.
   */
  readonly yieldAfter?: number | undefined;
  /**
   * The clock that this is measured by, and what it goes on through. Default `asyncScheduler`; `asapScheduler` would
   * give a turn to promises alone.
   */
  readonly scheduler?: SchedulerLike | undefined;
}
