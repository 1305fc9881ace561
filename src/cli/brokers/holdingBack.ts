import { map, type MonoTypeOperatorFunction } from 'rxjs';
import type { Delivery } from '../../contracts/flow/Delivery.js';
import type { Valve } from '../../contracts/flow/Valve.js';

/**
 * Closes the valve while `most` deliveries are not settled, so that a source without its own limit waits for the sink.
 *
 * @param most at least 1
 */
export const holdingBack =
  <T>(valve: Valve, most: number): MonoTypeOperatorFunction<Delivery<T>> =>
  (source$) => {
    let inFlight = 0;
    let release: (() => void) | undefined;
    return source$.pipe(
      map((delivery) => {
        inFlight += 1;
        if (inFlight >= most) release ??= valve.hold();
        let settled = false;
        return {
          ...delivery,
          settle: (how) => {
            if (!settled) inFlight -= 1;
            settled = true;
            if (inFlight < most) {
              release?.();
              release = undefined;
            }
            delivery.settle(how);
          },
        };
      }),
    );
  };
