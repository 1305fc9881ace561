import type { SchedulerLike } from 'rxjs';

/** A time that may be spent in waiting for others, and is not used up by anything else. */
export class TimeLimit {
  readonly #scheduler: SchedulerLike;
  readonly #expired: () => void;
  #left: number;

  /**
   * @param ms how long may be waited in all
   * @param expired is called when it is over, while something is waited for
   */
  constructor(ms: number, scheduler: SchedulerLike, expired: () => void) {
    this.#left = ms;
    this.#scheduler = scheduler;
    this.#expired = expired;
  }

  /** What is left of it, in milliseconds. */
  get left(): number {
    return this.#left;
  }

  /** Waits for something; the time goes by meanwhile. */
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
