import { BehaviorSubject } from 'rxjs';
import { flowProbe } from '../contracts/flow/FlowProbe.js';
import type { Valve } from '../contracts/flow/Valve.js';

/**
 * Creates a valve, for back-pressure: a consumer closes it, and its source pauses.
 *
 * It starts open, is closed while at least one consumer holds it, and opens when the last holder releases it.
 *
 * ```marbles
 * a:     ---h----r         h: hold(), r: release()
 * b:     ------h-------r
 * open$: o--c----------o   o: true, open;  c: false, closed
 * ```
 *
 * `isOpen` is correct at every moment, also inside a subscriber of `open$` that holds or releases. The last value that
 * each subscriber of `open$` receives is the current state. An intermediate state may be skipped if it ended before all
 * subscribers received it. The same state may be emitted twice if it changed and changed back during an emission.
 *
 * @returns an open valve
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

  // If a subscriber holds or releases during an emission, the later subscribers would receive the newer state before
  // the older one, and act on the older one. So such a change is emitted after the current emission ends. It is emitted
  // even if another change has undone it: a subscriber may have read `isOpen` between the two, and may be waiting.
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
