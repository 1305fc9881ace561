/** How a delivered value was settled. */
export type Settlement =
  /** Its result was stored. It is not delivered again. */
  | { readonly type: 'done' }
  /** It could not be processed now. It is delivered again. */
  | { readonly type: 'retry'; readonly reason: string }
  /** It will never be processed. It is stored as a dead letter with the reason, and is not delivered again. */
  | { readonly type: 'give-up'; readonly reason: string };

/**
 * A value that its source keeps until it is settled.
 *
 * The source delivers a value again, to this process or to another, until the value is settled. An operator that makes
 * a new value from a delivered one therefore passes the delivery on with the new value (`withValue`). The sink at the
 * end settles the delivery after the result has been stored, not before.
 */
export interface Delivery<T> {
  readonly value: T;
  /**
   * The identifier of the value at its source: the same at every delivery of the value, and different from that of
   * every other value. A sink that stores it can leave out repeats.
   */
  readonly id: string;
  /**
   * Who shares the values of the source, such as a consumer group: two groups receive each value once each. Default:
   * the source has no groups.
   */
  readonly group?: string | undefined;
  /** How many times it has been delivered, including this time. Starts at 1. */
  readonly attempt: number;
  /** Settles it. Only the first call has an effect. */
  settle(how: Settlement): void;
}

/** A delivery whose value was replaced by another. The source's other fields stay. */
export type DeliveryOf<D, R> = Omit<D, 'value'> & Delivery<R>;

/**
 * The same delivery with a new value that was made from its value.
 *
 * @example
 * ```ts
 * import { type Delivery, withValue } from 'headwater';
 *
 * const message: Delivery<string> = {
 *   value: 'Late goal wins the cup',
 *   id: 'a',
 *   attempt: 1,
 *   settle: ({ type }) => console.log(type),
 * };
 * const classified = withValue(message, { title: message.value, category: 'Sports' });
 * classified.settle({ type: 'done' }); // done: it settles the message
 * ```
 */
export const withValue = <D extends Delivery<unknown>, R>(delivery: D, value: R): DeliveryOf<D, R> => ({
  ...delivery,
  value,
});
