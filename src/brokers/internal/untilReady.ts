import { filter, firstValueFrom, type Observable, race } from 'rxjs';
import type { Valve } from '../../contracts/flow/Valve.js';

/** What a source waits for before it emits. */
export interface Readiness {
  /** Whether waiting has become useless because the caller no longer wants the value. */
  readonly isOver: () => boolean;
  /** Whether it holds as many values as it may. */
  readonly isFull: () => boolean;
  /** Emits when either may have changed; completes when all is over. */
  readonly changed$: Observable<void>;
  readonly valve: Valve | undefined;
}

/** Waits until there is room and the valve is open, or all is over. */
export const untilReady = async ({ isOver, isFull, changed$, valve }: Readiness): Promise<void> => {
  while (!isOver()) {
    if (isFull()) await firstValueFrom(changed$, { defaultValue: undefined });
    else if (valve !== undefined && !valve.isOpen)
      await firstValueFrom(race(valve.open$.pipe(filter(Boolean)), changed$), { defaultValue: undefined });
    else return;
  }
};
