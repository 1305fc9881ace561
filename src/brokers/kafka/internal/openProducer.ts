import type { BaseOptions, Producer } from '@platformatic/kafka';
import type { KafkaClient } from '../KafkaClient.js';
import type { Kafka } from './loadKafka.js';

/** A producer of bytes, with text headers. */
export type BytesProducer = Producer<Buffer, Buffer, string, string>;

/** The options of every Kafka client. */
export const clientOptions = ({ clientId = 'headwater', ...connection }: KafkaClient): BaseOptions => ({
  ...connection,
  clientId,
});

/** The address of a topic, with the first of the brokers. */
export const topicAddress = ({ bootstrapBrokers: [first] }: KafkaClient, topic: string): string =>
  `kafka://${typeof first === 'string' ? first : `${first?.host ?? ''}:${first?.port ?? ''}`}/${topic}`;

/**
 * Opens an idempotent producer.
 *
 * @param transaction for a transactional producer: its id, and the timeout of a transaction in milliseconds
 */
export const openProducer = (
  { Producer, stringSerializers: { headerKey, headerValue } }: Kafka,
  client: KafkaClient,
  transaction: { readonly transactionalId?: string; readonly timeout?: number } = {},
): BytesProducer =>
  new Producer<Buffer, Buffer, string, string>({
    ...clientOptions(client),
    ...transaction,
    idempotent: true,
    serializers: { headerKey, headerValue },
  });
