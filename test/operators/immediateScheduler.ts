import { queueScheduler, type SchedulerLike } from 'rxjs';

/**
 * A scheduler that does not wait: what is asked of it is done before it answers. Its clock stands still until somebody
 * works.
 */
export interface ImmediateScheduler extends SchedulerLike {
  /** Lets so many milliseconds go by. */
  work(ms: number): void;
}

/** `queueScheduler` with a clock of its own. */
export const immediateScheduler = (): ImmediateScheduler => {
  let time = 0;
  return {
    now: () => time,
    schedule: queueScheduler.schedule.bind(queueScheduler),
    work: (ms) => {
      time += ms;
    },
  };
};
