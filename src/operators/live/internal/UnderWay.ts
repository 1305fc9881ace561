import type { LiveHeadline } from '../../../contracts/live/Live.js';
import { type CarriedDelivery, settleOnce } from '../../../contracts/flow/settleOnce.js';
import type { DedupeMemory } from '../dedupeMemory.js';
import type { SeenKeys } from './HeadlineIdentity.js';

/** A headline that was let through and is not settled yet. */
interface Pending {
  /** The deliveries of those that were left out since this one is under way: they are settled as it is. */
  readonly repeats: CarriedDelivery[];
}

/** What was seen, and what is under way: it is not seen before it has arrived. */
export class UnderWay<R extends LiveHeadline> implements SeenKeys {
  readonly #memory: DedupeMemory;
  readonly #pending = new Map<string, Pending>();

  constructor(memory: DedupeMemory) {
    this.#memory = memory;
  }

  has(key: string): boolean {
    return this.#pending.has(key) || this.#memory.has(key);
  }

  /** Lets a headline through that counts as seen by that. */
  pass(headline: R, keys: readonly string[]): R {
    this.#remember(keys);
    return headline;
  }

  /** Lets a headline through that counts as seen when its delivery is done. */
  follow(headline: R, keys: readonly string[]): R {
    const pending: Pending = { repeats: [] };
    // A key that another headline has on its way stays that one's.
    const own = keys.filter((key) => !this.#pending.has(key));
    for (const key of own) this.#pending.set(key, pending);
    return {
      ...headline,
      delivery: settleOnce(headline.delivery?.id ?? headline.key ?? keys[0] ?? '', (how) => {
        for (const key of own) this.#pending.delete(key);
        // What is given up for good is not tried again.
        if (how.type !== 'retry') this.#remember(keys);
        headline.delivery?.settle(how);
        for (const repeat of pending.repeats) repeat.settle(how);
      }),
    };
  }

  /** Leaves a headline out that was seen, or is under way. */
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
