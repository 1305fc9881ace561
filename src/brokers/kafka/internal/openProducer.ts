import type { BaseOptions, Producer } from '@platformatic/kafka';
import type { KafkaClient } from '../KafkaClient.js';
import type { Kafka } from './loadKafka.js';

/** Writes bytes, with headers of text. */
export type BytesProducer = Producer<Buffer, Buffer, string, string>;

/** The options that every client of Kafka's is made with. */
export const clientOptions = ({ clientId = 'headwater', ...connection }: KafkaClient): BaseOptions => ({
  ...connection,
  clientId,
});

/**
 * An idempotent producer.
 *
 * @param transaction for one that writes in transactions: its id, and the milliseconds that one may take
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
