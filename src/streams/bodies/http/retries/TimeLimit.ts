import type { SchedulerLike } from 'rxjs';

/** A limit on the total time of waiting. Other time does not count. */
export class TimeLimit {
  readonly #scheduler: SchedulerLike;
  readonly #expired: () => void;
  #left: number;

  /**
   * @param ms the total time of waiting, in milliseconds
   * @param expired is called when the limit is reached during a wait
   */
  constructor(ms: number, scheduler: SchedulerLike, expired: () => void) {
    this.#left = ms;
    this.#scheduler = scheduler;
    this.#expired = expired;
  }

  /** The remaining time, in milliseconds. */
  get left(): number {
    return this.#left;
  }

  /** Waits for `work` and counts the time. */
  async spend<T>(work: () => Promise<T>): Promise<T> {
    const since = this.#scheduler.now();
    const timer = this.#scheduler.schedule(this.#expired, Math.max(0, this.#left));
    try {
      return await work();
    } finally {
      timer.unsubscribe();
      this.#left -= this.#scheduler.now() - since;
    }
  }
}
