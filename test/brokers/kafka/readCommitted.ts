import { randomUUID } from 'node:crypto';
import * as kafka from '@platformatic/kafka';
import type { KafkaClient } from '../../../src/brokers/kafka/KafkaClient.js';
import { openConsumer } from '../../../src/brokers/kafka/internal/openConsumer.js';
import { readTopic } from '../../../src/brokers/kafka/internal/readTopic.js';

/**
 * Reads the committed messages of a topic from its beginning, each place of it once. A reader that fails, as where its
 * broker was killed, is replaced by one that begins anew.
 *
 * @returns ends the reading
 */
export const readCommitted = async (
  brokers: readonly string[],
  topic: string,
  take: (value: string) => void,
): Promise<() => Promise<void>> => {
  const client = { bootstrapBrokers: [...brokers], retries: 100, retryDelay: 500 };
  const seen = new Set<string>();
  let isClosed = false;
  let close: () => Promise<void>;
  const open = async (): Promise<void> => {
    const consumer = openConsumer(kafka, client, { groupId: `reader-${randomUUID()}` });
    const stream = await consumer.consume({ topics: [topic], mode: kafka.MessagesStreamModes.EARLIEST });
    close = async () => {
      await stream.close().catch(() => undefined);
      await consumer.close(true).catch(() => undefined);
    };
    const replace = (): void => {
      void close();
      if (!isClosed) void open();
    };
    stream.on('data', ({ value, partition, offset }) => {
      const place = `${partition}:${offset}`;
      if (seen.has(place)) return;
      seen.add(place);
      take(value.toString());
    });
    stream.once('error', replace);
    stream.on('error', () => undefined);
    consumer.on('error', () => stream.destroy(new Error('the reader has lost its group')));
  };
  await open();
  return () => {
    isClosed = true;
    return close();
  };
};

/** The committed messages that a topic with one partition has now, sorted. */
export const committedOf = async (client: KafkaClient, topic: string): Promise<readonly string[]> => {
  const found: string[] = [];
  let end: (() => Promise<void>) | undefined;
  try {
    await new Promise<void>((caughtUp, failed) => {
      readTopic(
        kafka,
        client,
        { topic },
        { message: ({ value }) => found.push(value?.toString() ?? ''), caughtUp, failed },
      ).then((close) => (end = close), failed);
    });
  } finally {
    await end?.();
  }
  return found.toSorted();
};
