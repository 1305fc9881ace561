import { randomUUID } from 'node:crypto';
import type { MessagesStream } from '@platformatic/kafka';
import type { KafkaClient } from '../KafkaClient.js';
import type { Kafka } from './loadKafka.js';
import { openConsumer } from './openConsumer.js';
import { topicBounds } from './topicBounds.js';

/** A reader of a topic that shares no consumer group with others. */
export interface Reader {
  readonly stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>;
  readonly partitions: number;
  /**
   * In the first partition: the offset of the first message, the first offset that is read, and the offset after the
   * last message at that time.
   */
  readonly earliest: bigint;
  readonly begin: bigint;
  readonly end: bigint;
  /** Calls back when all messages that were there at the start have been passed on, possibly several times. */
  readonly whenCaughtUp: (call: () => void) => void;
  readonly close: () => Promise<void>;
}

/**
 * Reads the committed messages of a topic from an offset of its first partition, independently of other readers. The
 * client can read only as a member of a group, so the reader has its own group, which stores nothing.
 *
 * @param place the topic, and the first offset; undefined for the earliest, `end` for new messages only
 */
export const openReader = async (
  kafka: Kafka,
  client: KafkaClient,
  { topic, begin: wanted }: { readonly topic: string; readonly begin?: bigint | 'end' | undefined },
): Promise<Reader> => {
  const consumer = openConsumer(kafka, client, { groupId: `headwater-reader-${randomUUID()}` });
  let stream: Reader['stream'] | undefined;
  const close = async (): Promise<void> => {
    await stream?.close().catch(() => undefined);
    await consumer.close(true).catch(() => undefined);
  };
  // The client has lost the group, and has given up rejoining it. It fetches nothing more.
  consumer.on('error', (error) => stream?.destroy(error));
  try {
    const ends = await topicBounds(consumer, topic, 'end');
    const [earliest = 0n] = await topicBounds(consumer, topic, 'first');
    const begin = wanted === 'end' ? (ends[0] ?? 0n) : (wanted ?? earliest);
    stream = await consumer.consume({
      topics: [topic],
      mode: kafka.MessagesStreamModes.MANUAL,
      // By itself, the client would go to the end where a message has been deleted, and skip what is there.
      fallbackMode: kafka.MessagesStreamFallbackModes.FAIL,
      offsets: ends.map((end, partition) => ({ topic, partition, offset: partition === 0 ? begin : end })),
    });
    const [end = 0n] = ends;
    const opened = stream;
    // The end may follow the last message at a distance: markers of transactions are no messages, but have offsets.
    const isAtEnd = (): boolean =>
      (opened.offsetsToFetch.get(`${topic}:0`) ?? begin) >= end && opened.readableLength === 0;
    return {
      stream,
      partitions: ends.length,
      earliest,
      begin,
      end,
      whenCaughtUp: (call) =>
        void opened.on('fetch', () =>
          // Then what was fetched has been passed on.
          setImmediate(() => {
            if (isAtEnd()) call();
          }),
        ),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
