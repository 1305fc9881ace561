import { defer, filter, of, take, type Observable } from 'rxjs';
import type { Valve } from '../../../contracts/flow/Valve.js';

/** Emits once the valve is open: at once where it is, or where there is none. */
export const whenOpen = (valve: Valve | undefined): Observable<unknown> =>
  defer(() =>
    valve === undefined || valve.isOpen
      ? of(undefined)
      : valve.open$.pipe(
          // Not the state that is told: while a valve is telling that it opened, a consumer may already hold it again.
          filter(() => valve.isOpen),
          take(1),
        ),
  );
