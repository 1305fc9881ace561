import { BehaviorSubject, distinctUntilChanged, map, Subscription } from 'rxjs';
import type { Valve } from '../../src/contracts/flow/Valve.js';

/** A valve that remembers what was done with it, as `hold` and `release` in their order. */
export interface RecordingValve extends Valve {
  readonly log: readonly ('hold' | 'release')[];
}

/** A valve for tests of operators, independent of the one that the library brings. */
export const recordingValve = (): RecordingValve => {
  const holders = new BehaviorSubject(0);
  const log: ('hold' | 'release')[] = [];
  return {
    log,
    open$: holders.pipe(
      map((count) => count === 0),
      distinctUntilChanged(),
    ),
    get isOpen() {
      return holders.value === 0;
    },
    hold: () => {
      log.push('hold');
      const hold = new Subscription(() => {
        log.push('release');
        holders.next(holders.value - 1);
      });
      holders.next(holders.value + 1);
      return () => hold.unsubscribe();
    },
  };
};
