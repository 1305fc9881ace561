import { defer, filter, of, take, type Observable } from 'rxjs';
import type { Valve } from '../../../contracts/flow/Valve.js';

/** Emits once as soon as the valve is open: immediately if it is open already or if there is none. */
export const whenOpen = (valve: Valve | undefined): Observable<unknown> =>
  defer(() =>
    valve === undefined || valve.isOpen
      ? of(undefined)
      : valve.open$.pipe(
          // `isOpen` and not the emitted state: while a valve emits that it opened, a consumer may already hold it
          // again.
          filter(() => valve.isOpen),
          take(1),
        ),
  );
