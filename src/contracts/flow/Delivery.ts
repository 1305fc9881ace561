/** How a delivered value was settled. */
export type Settlement =
  /** Its result was stored. It is not delivered again. */
  | { readonly type: 'done' }
  /** It could not be worked on now: it is delivered again. */
  | { readonly type: 'retry'; readonly reason: string }
  /** It will never be worked on: it is put aside with the reason (a dead letter), and not delivered again. */
  | { readonly type: 'give-up'; readonly reason: string };

/**
 * A value that its source keeps until it is settled.
 *
 * A source of deliveries hands on what it cannot forget: what is not settled is delivered again, to this process or to
 * another. So an operator that makes one value of another passes the delivery on with the new value (`withValue`), and
 * the sink at the end settles it once the result has been accepted, not before.
 */
export interface Delivery<T> {
  readonly value: T;
  /**
   * What the source knows the value by: the same however often it is delivered, and different from that of every other
   * value. A sink that has it can leave out repeats.
   */
  readonly id: string;
  /** How many times it has been delivered, this time included; from 1. */
  readonly attempt: number;
  /** Settles it. The first call counts; later ones change nothing. */
  settle(how: Settlement): void;
}

/** A delivery whose value has become another; what its source put beside the value stays. */
export type DeliveryOf<D, R> = Omit<D, 'value'> & Delivery<R>;

/** The same delivery with a value that was made of its own. */
export const withValue = <D extends Delivery<unknown>, R>(delivery: D, value: R): DeliveryOf<D, R> => ({
  ...delivery,
  value,
});
