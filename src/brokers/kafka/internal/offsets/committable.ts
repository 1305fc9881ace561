import type { Delivery } from '../../../../contracts/flow/Delivery.js';
import { isKafkaDelivery, type KafkaDelivery, type KafkaOrigin } from '../../KafkaDelivery.js';

type NonEmpty<D> = readonly [D, ...D[]];

/** Deliveries by the way in which they are written. */
export interface Sorted<T> {
  /** Those of Kafka, by consumer: a transaction commits the offsets of one consumer. */
  readonly byConsumer: readonly NonEmpty<KafkaDelivery<T>>[];
  readonly others: readonly Delivery<T>[];
}

/** Separates the deliveries of each Kafka consumer from all others, and keeps their order. */
export const sortByConsumer = <T>(deliveries: readonly Delivery<T>[]): Sorted<T> => {
  const byConsumer = new Map<unknown, [KafkaDelivery<T>, ...KafkaDelivery<T>[]]>();
  const others: Delivery<T>[] = [];
  for (const delivery of deliveries)
    if (isKafkaDelivery(delivery)) {
      const own = byConsumer.get(delivery.origin.consumer);
      if (own === undefined) byConsumer.set(delivery.origin.consumer, [delivery]);
      else own.push(delivery);
    } else others.push(delivery);
  return { byConsumer: [...byConsumer.values()], others };
};

/** What a transaction may hold of some deliveries. */
export interface Committable<T> {
  /** Those that it may hold, in the order of their messages. */
  readonly now: readonly KafkaDelivery<T>[];
  /** The last of these in each partition. Its offset includes those of all earlier messages. */
  readonly lasts: readonly KafkaOrigin[];
  /** Those with an earlier message that is not settled yet. Their offsets would include that message. */
  readonly later: readonly KafkaDelivery<T>[];
}

/**
 * Divides deliveries of one consumer into those that a transaction may hold now, and those that must wait for an
 * earlier message. Deliveries may arrive in another order than their messages, for example after a `mergeMap`.
 */
export const committable = <T>(deliveries: readonly KafkaDelivery<T>[]): Committable<T> => {
  const byPartition = new Map<number, KafkaDelivery<T>[]>();
  for (const delivery of deliveries) {
    const { partition } = delivery.origin.message;
    const own = byPartition.get(partition);
    if (own === undefined) byPartition.set(partition, [delivery]);
    else own.push(delivery);
  }
  const now: KafkaDelivery<T>[] = [];
  const lasts: KafkaOrigin[] = [];
  const later: KafkaDelivery<T>[] = [];
  for (const own of byPartition.values()) {
    const sorted = own.toSorted((a, b) => Number(a.origin.message.offset - b.origin.message.offset));
    const open = sorted[0]?.origin.firstOpen(new Set(sorted.map(({ origin }) => origin.message.offset)));
    const ready = open === undefined ? sorted : sorted.filter(({ origin }) => origin.message.offset < open);
    now.push(...ready);
    later.push(...sorted.slice(ready.length));
    const last = ready.at(-1);
    if (last !== undefined) lasts.push(last.origin);
  }
  return { now, lasts, later };
};
