import { randomUUID } from 'node:crypto';
import type { MessagesStream } from '@platformatic/kafka';
import type { KafkaClient } from '../KafkaClient.js';
import type { Kafka } from './loadKafka.js';
import { openConsumer } from './openConsumer.js';

/** A reader of a topic outside any consumer group. */
export interface Reader {
  readonly stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>;
  readonly partitions: number;
  /** The first offset that is read of the first partition, and the one after the last that was there then. */
  readonly begin: bigint;
  readonly end: bigint;
  readonly close: () => Promise<void>;
}

/**
 * Reads the committed messages of a topic from an offset of its first partition on, whatever others read. The client
 * reads as a member of a group only: this one has a group of its own, of which nothing stays.
 *
 * @param place the topic, and the first offset; undefined for the earliest, `end` for what comes from now on
 */
export const openReader = async (
  kafka: Kafka,
  client: KafkaClient,
  { topic, begin: wanted }: { readonly topic: string; readonly begin?: bigint | 'end' | undefined },
): Promise<Reader> => {
  const consumer = openConsumer(kafka, client, { groupId: `headwater-reader-${randomUUID()}` });
  const close = async (): Promise<void> => {
    await consumer.close(true).catch(() => undefined);
  };
  try {
    const bounds = async (timestamp: bigint): Promise<readonly bigint[]> =>
      (await consumer.listOffsets({ topics: [topic], timestamp })).get(topic) ?? [];
    const ends = await bounds(-1n);
    const [earliest = 0n] = await bounds(-2n);
    const begin = wanted === 'end' ? (ends[0] ?? 0n) : (wanted ?? earliest);
    const stream = await consumer.consume({
      topics: [topic],
      mode: kafka.MessagesStreamModes.MANUAL,
      offsets: ends.map((end, partition) => ({ topic, partition, offset: partition === 0 ? begin : end })),
    });
    return {
      stream,
      partitions: ends.length,
      begin,
      end: ends[0] ?? 0n,
      close: async () => {
        await stream.close().catch(() => undefined);
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
};
