import type { KafkaClient } from '../KafkaClient.js';
import type { Kafka } from './loadKafka.js';
import { openReader } from './openReader.js';

/**
 * A message of a topic. Its key may be missing, although the client's types do not say so; a message without a value
 * (tombstone) deletes the key.
 */
export interface TopicMessage {
  readonly key: Buffer | undefined;
  readonly value: Buffer | undefined;
  readonly offset: bigint;
}

/** The callbacks of a reader of a whole topic. */
export interface TopicReader {
  /** Called for each message. */
  readonly message: (message: TopicMessage) => void;
  /** Called when all messages that existed at the start have been read. */
  readonly caughtUp: () => void;
  readonly failed: (error: unknown) => void;
}

/** After this many milliseconds without a message, the end is assumed: only transaction markers are left before it. */
const QUIET_MS = 1500;

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
