import type { SchedulerLike } from 'rxjs';
import type { Valve } from '../../contracts/flow/Valve.js';

/** How a source that could emit without pause yields to its consumer and to the event loop. */
export interface Pacing {
  /** While the valve is closed, nothing is emitted and nothing is read. Default: none. */
  readonly valve?: Valve | undefined;
  /**
   * How long the source emits, including the subscriber's work, before it yields to the event loop. Milliseconds;
   * default 25; Infinity never yields.
   */
  readonly yieldAfter?: number | undefined;
  /**
   * Measures `yieldAfter` and schedules the continuation. Default `asyncScheduler`; `asapScheduler` would yield only to
   * promises, not to the event loop.
   */
  readonly scheduler?: SchedulerLike | undefined;
}
