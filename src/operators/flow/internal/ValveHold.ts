import { Subscription } from 'rxjs';
import type { Valve } from '../../../contracts/flow/Valve.js';

/**
 * What one subscription has of a valve: it holds it once or not at all, however often it is asked to. Without a valve
 * it does nothing.
 */
export class ValveHold {
  readonly #valve: Valve | undefined;
  readonly #holder: string;
  #held: Subscription | undefined;

  /** @param holder the operator that holds it */
  constructor(valve: Valve | undefined, holder: string) {
    this.#valve = valve;
    this.#holder = holder;
  }

  /** Closes the valve, where it is not held already. */
  take(): void {
    if (this.#held !== undefined) return;
    const holding = new Subscription();
    this.#held = holding;
    // Closing the valve may make the subscriber leave; the subscription is then closed already, and what is added to it
    // is undone at once.
    holding.add(this.#valve?.hold(this.#holder));
  }

  /** Lets go of the valve, where it is held. */
  release(): void {
    const holding = this.#held;
    this.#held = undefined;
    // Last: opening the valve may make the source emit, and so its consumer take hold again, at once.
    holding?.unsubscribe();
  }
}
