import { asyncScheduler, type Subscription } from 'rxjs';
import type { Pacing } from '../Pacing.js';

/** Work in a loop that yields to the event loop from time to time. */
export interface Turns {
  /** Starts the loop, or waits until the valve opens. */
  start(): void;
  /**
   * Continues the loop when there is new work. Called within a step it does nothing, since the loop around the step
   * continues anyway.
   */
  run(): void;
  /** Stops immediately and permanently. */
  stop(): void;
}

/**
 * Repeats a step while it has work, and yields to the event loop from time to time.
 *
 * This is the only loop of a source. Before each step it checks everything that may stop it: whether the subscriber has
 * left, whether the valve is closed, and whether it has run for `yieldAfter` ms without yielding. So nothing is emitted
 * after the valve closes, even if it closes during `next`.
 *
 * @param step does one unit of work; returns false if there is nothing to do at present
 * @param failed receives the error of a step; no further step follows
 */
export const inTurns = (
  { valve, yieldAfter = 25, scheduler = asyncScheduler }: Pacing,
  step: () => boolean,
  failed: (error: unknown) => void,
): Turns => {
  let stopped = false;
  let running = false;
  // Milliseconds of work since the last yield to the event loop. A stream may have its next chunk ready although the
  // event loop did not run in between, so only a deliberate yield resets this.
  let worked = 0;
  let turn: Subscription | undefined;
  let valveWatch: Subscription | undefined;

  const stop = (): void => {
    stopped = true;
    turn?.unsubscribe();
    valveWatch?.unsubscribe();
  };

  const takeTurn = (): void => {
    turn = scheduler.schedule(() => {
      turn = undefined;
      worked = 0;
      run();
    });
  };

  const work = (): void => {
    const since = scheduler.now();
    for (;;) {
      if (stopped || valve?.isOpen === false) break;
      if (worked + scheduler.now() - since >= yieldAfter) {
        takeTurn();
        return;
      }
      if (!step()) break;
    }
    worked += scheduler.now() - since;
  };

  const run = (): void => {
    // A subscriber may open the valve or add work within a step. The loop around that step continues anyway.
    if (running || stopped || turn !== undefined) return;
    running = true;
    try {
      work();
    } catch (error) {
      stop();
      failed(error);
    }
    running = false;
  };

  const start = (): void => {
    // The valve emits its current state on subscription. If it is open, this starts the loop.
    if (valve === undefined) run();
    else valveWatch = valve.open$.subscribe((open) => (open ? run() : undefined));
    if (stopped) valveWatch?.unsubscribe();
  };

  return { start, run, stop };
};
