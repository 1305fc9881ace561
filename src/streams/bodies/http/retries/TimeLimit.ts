import type { SchedulerLike } from 'rxjs';
import { durationClock } from '../../../pacing/durationClock.js';

/** A limit on the total time of waiting. Other time does not count. */
export class TimeLimit {
  readonly #scheduler: SchedulerLike;
  readonly #expired: () => void;
  readonly #clock: () => number;
  #left: number;

  /**
   * @param ms the total time of waiting, in milliseconds
   * @param expired is called when the limit is reached during a wait
   */
  constructor(ms: number, scheduler: SchedulerLike, expired: () => void) {
    this.#left = ms;
    this.#scheduler = scheduler;
    this.#expired = expired;
    this.#clock = durationClock(scheduler);
  }

  /** The remaining time, in milliseconds. */
  get left(): number {
    return this.#left;
  }

  /** Waits for `work` and counts the time. */
  async spend<T>(work: () => Promise<T>): Promise<T> {
    const since = this.#clock();
    const timer = this.#scheduler.schedule(this.#expired, Math.max(0, this.#left));
    try {
      return await work();
    } finally {
      timer.unsubscribe();
      this.#left -= this.#clock() - since;
    }
  }
}
