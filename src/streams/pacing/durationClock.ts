import { asyncScheduler, type SchedulerLike } from 'rxjs';

/**
 * A clock for durations, in milliseconds.
 *
 * The default scheduler has the clock of the system. It may be set while a duration is measured, by hours after the
 * start of a machine without a clock of its own, so another clock is used, which only goes forward.
 */
export const durationClock = (scheduler: SchedulerLike): (() => number) =>
  scheduler === asyncScheduler ? () => performance.now() : () => scheduler.now();
