import { BehaviorSubject } from 'rxjs';
import { flowProbe } from '../contracts/flow/FlowProbe.js';
import type { Valve } from '../contracts/flow/Valve.js';

/**
 * Makes a valve: a brake that a consumer holds and a source honours.
 *
 * It starts open, is closed while anyone holds it, and opens when the last holder releases.
 *
 * ```marbles
 * a:     ---h----r         h: hold(), r: release()
 * b:     ------h-------r
 * open$: o--c----------o   o: true, open;  c: false, closed
 * ```
 *
 * `isOpen` is right at every moment, also inside a subscriber of `open$` that holds or releases. Every subscriber of
 * `open$` hears the last state last; a state that was over before all of them had heard of it may be left out, and the
 * same state is told again when it changed and changed back while it was being told.
 *
 * @returns an open valve that nothing holds closed
 *
 * @example
 * ```ts
 * import { valve } from 'headwater';
 * const brake = valve();
 * const release = brake.hold();
 * brake.isOpen; // false
 * release();
 * brake.isOpen; // true
 * ```
 */
export const valve = (): Valve => {
  let holders = 0;
  let telling = false;
  let changed = false;
  const state$ = new BehaviorSubject(true);

  // A subscriber that holds or releases while being told would make the subscribers after it hear the newer state
  // before the older one, and act on the older. So a change made while telling waits until all have been told. It is
  // told even where another change has undone it: someone may have looked at `isOpen` between the two, and be waiting.
  const tell = (): void => {
    changed = true;
    if (telling) return;
    telling = true;
    while (changed) {
      changed = false;
      state$.next(holders === 0);
    }
    telling = false;
  };

  return {
    open$: state$.asObservable(),
    get isOpen() {
      return holders === 0;
    },
    hold: (holder = 'unnamed') => {
      let held = true;
      const told = flowProbe()?.valveHeld(holder);
      if (holders++ === 0) tell();
      return () => {
        if (!held) return;
        held = false;
        told?.();
        if (--holders === 0) tell();
      };
    },
  };
};
