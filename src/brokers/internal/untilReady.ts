import { filter, firstValueFrom, type Observable, race } from 'rxjs';
import type { Valve } from '../../contracts/flow/Valve.js';

/** The conditions that a source waits for before it emits. */
export interface Readiness {
  /** Whether waiting is pointless because the caller no longer wants the value. */
  readonly isOver: () => boolean;
  /** Whether the source holds the maximum number of values. */
  readonly isFull: () => boolean;
  /** Emits when `isOver` or `isFull` may have changed; completes at the end. */
  readonly changed$: Observable<void>;
  readonly valve: Valve | undefined;
}

/** Waits until there is room and the valve is open, or until `isOver`. */
export const untilReady = async ({ isOver, isFull, changed$, valve }: Readiness): Promise<void> => {
  while (!isOver()) {
    if (isFull()) await firstValueFrom(changed$, { defaultValue: undefined });
    else if (valve !== undefined && !valve.isOpen)
      await firstValueFrom(race(valve.open$.pipe(filter(Boolean)), changed$), { defaultValue: undefined });
    else return;
  }
};
