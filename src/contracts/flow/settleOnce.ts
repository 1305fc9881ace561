import type { Delivery, Settlement } from './Delivery.js';

/** How a value that carries its own delivery is settled. */
export type CarriedDelivery = Omit<Delivery<unknown>, 'value'>;

class OnceSettled implements CarriedDelivery {
  readonly id: string;
  readonly attempt: number;
  #settle: ((how: Settlement) => void) | undefined;

  constructor(id: string, attempt: number, settle: (how: Settlement) => void) {
    this.id = id;
    this.attempt = attempt;
    this.#settle = settle;
  }

  settle(how: Settlement): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(how);
  }

  /** Leaves the delivery out of JSON, because it is not data. */
  toJSON(): undefined {
    return undefined;
  }
}

/**
 * Makes a delivery that a value can carry. Only the first call of its `settle` has an effect. JSON leaves the delivery
 * out.
 *
 * @param id the same at every delivery of the value
 * @param settle called with the first settlement
 * @param attempt how many times the value has been delivered, including this time
 *
 * @example
 * ```ts
 * import { settleOnce } from 'headwater';
 *
 * const letter = { text: 'Ferry returns', delivery: settleOnce('a', ({ type }) => console.log(type)) };
 * letter.delivery.settle({ type: 'done' }); // done
 * letter.delivery.settle({ type: 'retry', reason: 'too late' });
 * console.log(JSON.stringify(letter)); // {"text":"Ferry returns"}
 * ```
 */
export const settleOnce = (id: string, settle: (how: Settlement) => void, attempt = 1): CarriedDelivery =>
  new OnceSettled(id, attempt, settle);
