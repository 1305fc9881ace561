import type { TopicMessage } from './TopicMessage.js';
import type { KafkaClient } from '../KafkaClient.js';
import type { Kafka } from './loadKafka.js';
import { inOrder } from './offsets/inOrder.js';
import { openReader } from './openReader.js';

/** The callbacks of a reader of a whole topic. */
export interface TopicReader {
  /** Called for each message. */
  readonly message: (message: TopicMessage) => void;
  /** Called when all messages that existed at the start have been read. */
  readonly caughtUp: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Reads the only partition of a topic from an offset until it is stopped.
 *
 * @param place the topic, and the first offset; undefined for the earliest
 * @returns a function that stops the reading
 */
export const readTopic = async (
  kafka: Kafka,
  client: KafkaClient,
  place: { readonly topic: string; readonly begin?: bigint | undefined },
  reader: TopicReader,
): Promise<() => Promise<void>> => {
  const { stream, begin, end, whenCaughtUp, close } = await openReader(kafka, client, place);
  let behind = true;
  const arrive = (): void => {
    if (!behind) return;
    behind = false;
    reader.caughtUp();
  };
  if (end <= begin) arrive();
  whenCaughtUp(arrive);
  const isNew = inOrder(begin);
  stream.on('data', (message) => {
    if (!isNew(message.offset)) return;
    reader.message(message);
    if (message.offset + 1n >= end) arrive();
  });
  stream.on('error', (error) => reader.failed(error));
  return close;
};
