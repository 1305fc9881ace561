import { asyncScheduler, Subscription, type Unsubscribable } from 'rxjs';

/** A scheduler and clock. RxJS schedulers have this shape. */
export interface TurnScheduler {
  /** Milliseconds. */
  now(): number;
  /** Calls back later. Without a delay, it calls back as soon as other work had its turn. */
  schedule(work: () => void, delayMs?: number): Unsubscribable;
}

/**
 * A scheduler that uses `setImmediate` for work without delay; a timer would cost a millisecond. Its clock is
 * monotonic.
 */
export const turnScheduler: TurnScheduler = {
  now: () => performance.now(),
  schedule: (work, delayMs = 0) => {
    if (delayMs > 0) return asyncScheduler.schedule(work, delayMs);
    const turn = setImmediate(work);
    return new Subscription(() => clearImmediate(turn));
  },
};
