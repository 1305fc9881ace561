import { Subscription } from 'rxjs';
import type { Valve } from '../../../contracts/flow/Valve.js';

/**
 * One subscription's hold on a valve. It holds the valve at most once, however often `take` is called. Without a valve
 * it does nothing.
 */
export class ValveHold {
  readonly #valve: Valve | undefined;
  readonly #holder: string;
  #held: Subscription | undefined;

  /** @param holder the name of the operator that holds the valve */
  constructor(valve: Valve | undefined, holder: string) {
    this.#valve = valve;
    this.#holder = holder;
  }

  /** Closes the valve, unless it is held already. */
  take(): void {
    if (this.#held !== undefined) return;
    const holding = new Subscription();
    this.#held = holding;
    // Closing the valve may make the subscriber unsubscribe. Then this subscription is closed already, and a
    // teardown that is added to it runs at once.
    holding.add(this.#valve?.hold(this.#holder));
  }

  /** Releases the valve if it is held. */
  release(): void {
    const holding = this.#held;
    this.#held = undefined;
    // This comes last: opening the valve may make the source emit, and its consumer may take the valve again at
    // once.
    holding?.unsubscribe();
  }
}
