import type { Message } from '@platformatic/kafka';
import type { KafkaClient } from '../KafkaClient.js';
import type { Kafka } from './loadKafka.js';
import { openReader } from './openReader.js';

/** What a reader of a whole topic is told. */
export interface TopicReader {
  /** Takes a message. */
  readonly message: (message: Message) => void;
  /** All that was there when reading began has been taken. */
  readonly caughtUp: () => void;
  readonly failed: (error: unknown) => void;
}

/** Milliseconds without a message after which the end has been reached, where only marks of transactions are left. */
const QUIET_MS = 1500;

/**
 * Reads the one partition of a topic from an offset on, for as long as it is wanted.
 *
 * @param place the topic, and the first offset; undefined for the earliest
 * @returns ends the reading
 */
export const readTopic = async (
  kafka: Kafka,
  client: KafkaClient,
  place: { readonly topic: string; readonly begin?: bigint | undefined },
  reader: TopicReader,
): Promise<() => Promise<void>> => {
  const { stream, begin, end, close } = await openReader(kafka, client, place);
  let behind = true;
  let quiet: NodeJS.Timeout | undefined;
  const arrived = (): void => {
    clearTimeout(quiet);
    if (!behind) return;
    behind = false;
    reader.caughtUp();
  };
  const waitQuiet = (): void => {
    clearTimeout(quiet);
    quiet = setTimeout(arrived, QUIET_MS);
  };
  if (end <= begin) arrived();
  else waitQuiet();
  stream.on('data', (message) => {
    reader.message(message);
    if (!behind) return;
    if (message.offset + 1n >= end) arrived();
    else waitQuiet();
  });
  stream.on('error', (error) => reader.failed(error));
  return async () => {
    clearTimeout(quiet);
    await close();
  };
};
