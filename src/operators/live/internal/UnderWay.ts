import type { LiveHeadline } from '../../../contracts/live/Live.js';
import { type CarriedDelivery, settleOnce } from '../../../contracts/flow/settleOnce.js';
import type { DedupeMemory } from '../dedupeMemory.js';
import type { SeenKeys } from './HeadlineIdentity.js';

/** A headline that was emitted and is not settled yet. */
interface Pending {
  /**
   * The deliveries of repeats that were left out while this headline was pending. They are settled in the same way as
   * this one.
   */
  readonly repeats: CarriedDelivery[];
}

/**
 * The keys that were seen, and the keys of headlines whose delivery is pending. A pending headline counts as seen only
 * when it is settled.
 */
export class UnderWay<R extends LiveHeadline> implements SeenKeys {
  readonly #memory: DedupeMemory;
  readonly #pending = new Map<string, Pending>();

  constructor(memory: DedupeMemory) {
    this.#memory = memory;
  }

  has(key: string): boolean {
    return this.#pending.has(key) || this.#memory.has(key);
  }

  /** Emits a headline that counts as seen at once. */
  pass(headline: R, keys: readonly string[]): R {
    this.#remember(keys);
    return headline;
  }

  /** Emits a headline that counts as seen when its delivery is done. */
  follow(headline: R, keys: readonly string[]): R {
    const pending: Pending = { repeats: [] };
    // A key that belongs to another pending headline stays with that one.
    const own = keys.filter((key) => !this.#pending.has(key));
    for (const key of own) this.#pending.set(key, pending);
    return {
      ...headline,
      delivery: settleOnce(headline.delivery?.id ?? headline.key ?? keys[0] ?? '', (how) => {
        for (const key of own) this.#pending.delete(key);
        // A headline that is given up is not tried again, so it counts as seen.
        if (how.type !== 'retry') this.#remember(keys);
        headline.delivery?.settle(how);
        for (const repeat of pending.repeats) repeat.settle(how);
      }),
    };
  }

  /** Leaves out a headline that was seen before, or that is pending. */
  leaveOut({ delivery: settled }: R, keys: readonly string[]): void {
    const pending = keys.map((key) => this.#pending.get(key)).find((one) => one !== undefined);
    if (pending === undefined) {
      this.#remember(keys);
      settled?.settle({ type: 'done' });
    } else if (settled !== undefined) pending.repeats.push(settled);
  }

  #remember(keys: readonly string[]): void {
    for (const key of keys) this.#memory.see(key);
  }
}
