import type { Message } from '@platformatic/kafka';
import type { Observable } from 'rxjs';
import type { Delivery } from '../../contracts/flow/Delivery.js';
import type { OutgoingMessage } from './internal/messageGroups.js';
import type { Member } from './internal/openConsumer.js';
import type { Consumed } from './internal/TransactionalProducer.js';

/** The origin of a Kafka delivery, for a sink that commits its offset together with its result. */
export interface KafkaOrigin extends Consumed {
  /** Whether this reader still owns the partition. If not, the message is delivered again to another reader. */
  isCurrent(): boolean;
  /** This reader as a member of the group. A transaction takes it when it begins, and commits its offsets with it. */
  member(): Member | undefined;
  /** Waits until the group, which has refused this member, has another generation. */
  rejoined(member: Member): Promise<void>;
  /**
   * The first message of its partition that is neither settled, nor kept as a dead letter, nor among these. A
   * transaction must not commit an offset above it. Undefined if there is none.
   */
  firstOpen(among: ReadonlySet<bigint>): bigint | undefined;
  /** Emits when a message of this reader was settled, and when the reader drops unsettled deliveries. */
  readonly changed$: Observable<unknown>;
  /**
   * The message whose offset a transaction commits: this one, or a later one of its partition that was committed
   * before.
   */
  last(): Message;
  /**
   * The dead letters of earlier messages of the partition that are not stored. The transaction that commits the offset
   * of this message stores them too.
   */
  deadLetters(): readonly OutgoingMessage[];
  /** Called when its offset has been committed in a transaction, and the dead letters before it have been stored. */
  committed(): void;
  /** Called when its transaction has failed. The partition is then delivered again from its last commit. */
  lost(reason: string): void;
  /** Runs work during which the reader commits nothing else. */
  exclusively<R>(work: () => Promise<R>): Promise<R>;
}

/** A delivery from a Kafka topic. */
export interface KafkaDelivery<T> extends Delivery<T> {
  readonly origin: KafkaOrigin;
}

/** Whether a delivery is one from Kafka. */
export const isKafkaDelivery = <T>(delivery: Delivery<T>): delivery is KafkaDelivery<T> => 'origin' in delivery;
