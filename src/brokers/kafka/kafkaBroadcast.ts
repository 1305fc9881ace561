import { Observable } from 'rxjs';
import type { Broadcast } from '../Broadcast.js';
import { loadKafka } from './internal/loadKafka.js';
import { type BytesProducer, openProducer } from './internal/openProducer.js';
import { openReader } from './internal/openReader.js';
import type { KafkaClient } from './KafkaClient.js';

/** Short messages on an existing Kafka topic with one partition. */
export const kafkaBroadcast = (client: KafkaClient, topic: string): Broadcast => {
  let producer: BytesProducer | undefined;
  let sending: Promise<unknown> | undefined;
  const send = async (key: string, text: string): Promise<void> => {
    producer ??= openProducer(await loadKafka(), client);
    await producer.send({ messages: [{ topic, key: Buffer.from(key), value: Buffer.from(text) }] });
  };
  return {
    send: (key, text) => {
      // One at a time, and messages in between are dropped, so that none accumulate while the broker is unavailable.
      sending ??= send(key, text)
        .catch(() => undefined)
        .finally(() => (sending = undefined));
    },
    heard$: new Observable((subscriber) => {
      const listen = async (): Promise<void> => {
        const { stream, close } = await openReader(await loadKafka(), client, { topic, begin: 'end' });
        subscriber.add(() => void close());
        stream.on('data', ({ value }) => subscriber.next(value.toString()));
        stream.on('error', (error) => subscriber.error(error));
      };
      listen().catch((error: unknown) => subscriber.error(error));
    }),
    close: async () => {
      await sending;
      await producer?.close(true).catch(() => undefined);
    },
  };
};
