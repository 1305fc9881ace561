import type { Consumer, Message } from '@platformatic/kafka';
import type { Delivery } from '../../contracts/flow/Delivery.js';

/** The origin of a Kafka delivery, for a sink that commits its offset together with its result. */
export interface KafkaOrigin {
  readonly consumer: Consumer;
  readonly message: Message;
  /** Whether this reader still owns the partition. If not, the message is delivered again to another reader. */
  isCurrent(): boolean;
  /** Called when its offset has been committed in a transaction. */
  committed(): void;
  /** Called when its transaction has failed. Everything after the last commit is then delivered again. */
  lost(reason: string): void;
  /** Runs work during which the consumer does not go back to another offset. */
  exclusively<R>(work: () => Promise<R>): Promise<R>;
}

/** A delivery from a Kafka topic. */
export interface KafkaDelivery<T> extends Delivery<T> {
  readonly origin: KafkaOrigin;
}

/** Whether a delivery is one from Kafka. */
export const isKafkaDelivery = <T>(delivery: Delivery<T>): delivery is KafkaDelivery<T> => 'origin' in delivery;
