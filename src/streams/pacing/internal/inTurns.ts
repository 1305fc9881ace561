import { asyncScheduler, type Subscription } from 'rxjs';
import type { Pacing } from '../Pacing.js';

/** Work that is done in turns. */
export interface Turns {
  /** Begins: at once, or when the valve opens. */
  start(): void;
  /**
   * Goes on, where there is something to do again. Within a step it does nothing: the loop around it goes on by itself.
   */
  run(): void;
  /** Stops at once and for good. */
  stop(): void;
}

/**
 * Repeats a step for as long as it has something to do, and lets others have their turn.
 *
 * This is the only loop of a source, and all that may stop it is asked before each step: has the subscriber left, is
 * the valve closed, has it been the event loop's turn for too long. So nothing is emitted after the valve closes, not
 * even from within the `next` in which it was closed.
 *
 * @param step does one thing; returns false where there is nothing to do at present
 * @param failed is told what a step threw; no other step follows
 */
export const inTurns = (
  { valve, yieldAfter = 25, scheduler = asyncScheduler }: Pacing,
  step: () => boolean,
  failed: (error: unknown) => void,
): Turns => {
  let stopped = false;
  let running = false;
  // Milliseconds of work since the event loop was last given its turn. A stream may have its next chunk ready without
  // the event loop turning in between, so only a turn taken on purpose sets this back.
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
    // A subscriber may open the valve, or bring more to do, within a step: the loop around it goes on by itself.
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
    // The valve tells its present state at once: that starts the loop, or leaves it until the valve opens.
    if (valve === undefined) run();
    else valveWatch = valve.open$.subscribe((open) => (open ? run() : undefined));
    if (stopped) valveWatch?.unsubscribe();
  };

  return { start, run, stop };
};
