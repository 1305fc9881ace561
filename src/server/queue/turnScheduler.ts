import { asyncScheduler, Subscription, type Unsubscribable } from 'rxjs';

/** Gives turns and time: a scheduler of RxJS is one. */
export interface TurnScheduler {
  /** Milliseconds. */
  now(): number;
  /** Calls back later; without a delay, as soon as others have had their turn. */
  schedule(work: () => void, delayMs?: number): Unsubscribable;
}

/**
 * Schedules what need not wait for the next turn of the event loop, by `setImmediate`; a timer would cost a millisecond.
 * Its clock is monotonic.
 */
export const turnScheduler: TurnScheduler = {
  now: () => performance.now(),
  schedule: (work, delayMs = 0) => {
    if (delayMs > 0) return asyncScheduler.schedule(work, delayMs);
    const turn = setImmediate(work);
    return new Subscription(() => clearImmediate(turn));
  },
};
