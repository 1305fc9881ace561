import { setTimeout as sleep } from 'node:timers/promises';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import type { LoggedMessage, LogOptions, MessageLog } from '../MessageLog.js';
import type { KafkaClient } from './KafkaClient.js';
import { connectionAdvice } from '../internal/connectionAdvice.js';
import { type Kafka, loadKafka } from './internal/loadKafka.js';
import { inOrder } from './internal/offsets/inOrder.js';
import { openReader, type Reader } from './internal/openReader.js';

/** Options of `kafkaLog`. */
export interface KafkaLogOptions extends LogOptions {
  readonly client: KafkaClient;
  /** A topic with one partition: messages in several partitions have no common order. */
  readonly topic: string;
}

/** How often, and after how many milliseconds, a topic is opened again that ends before the messages that were read. */
const SHORT_TRIES = 3;
const SHORT_MS = 500;

/** Opens a topic behind a position. */
const openBehind = async (
  kafka: Kafka,
  { client, topic, after }: Pick<KafkaLogOptions, 'client' | 'topic' | 'after'>,
): Promise<Reader> => {
  for (let tries = 1; ; tries++) {
    const reader = await openReader(kafka, client, {
      topic,
      begin: after === undefined ? undefined : BigInt(after) + 1n,
    });
    if (reader.begin <= reader.end || tries === SHORT_TRIES) return reader;
    // A broker that has just become the leader may give a lower end than its messages have.
    await reader.close();
    await sleep(SHORT_MS);
  }
};

/**
 * The committed messages of a Kafka topic with one partition, in order.
 *
 * Errors: `HW_USAGE` if the client is not installed or does not support this Node version, or the topic has several
 * partitions; `HW_BROKER` if it cannot be read, messages after `after` were deleted before they were read, or the topic
 * ends before `after`, as one that was made again.
 */
export const kafkaLog = async function* ({
  client,
  topic,
  after,
  once = false,
}: KafkaLogOptions): AsyncGenerator<LoggedMessage> {
  const kafka = await loadKafka();
  try {
    const reader = await openBehind(kafka, { client, topic, after });
    try {
      if (reader.partitions > 1)
        throw new HeadwaterError(
          'HW_USAGE',
          `The topic ${topic} has ${reader.partitions} partitions, ` +
            'but must have one, so that its messages have one order.',
        );
      if (reader.begin < reader.earliest)
        throw new HeadwaterError(
          'HW_BROKER',
          `The messages of offsets ${reader.begin} to ${reader.earliest - 1n} were deleted from the ` +
            `topic ${topic} before they were read. Keep its messages for longer (retention.ms), ` +
            'and publish the model again to start at the first message that is left.',
          { where: topic },
        );
      if (reader.begin > reader.end)
        throw new HeadwaterError(
          'HW_BROKER',
          `The topic ${topic} cannot be read on: it was read up to offset ${reader.begin - 1n}, but ends at offset ` +
            `${reader.end}, as a topic that was deleted and made again. ` +
            'Publish the model again to start at the first message of the topic.',
          { where: topic },
        );
      if (once && reader.end <= reader.begin) return;
      if (once) reader.whenCaughtUp(() => void reader.stream.close().catch(() => undefined));
      const isNew = inOrder(reader.begin);
      for await (const { offset, value } of reader.stream) {
        if (!isNew(offset)) continue;
        yield { position: Number(offset), value };
        if (once && offset + 1n >= reader.end) return;
      }
    } finally {
      await reader.close();
    }
  } catch (cause) {
    if (cause instanceof HeadwaterError) throw cause;
    throw new HeadwaterError(
      'HW_BROKER',
      `The topic ${topic} cannot be read: ${reasonOf(cause)}. ` +
        connectionAdvice(cause, "Check the brokers' addresses and the topic's name."),
      { cause, where: topic },
    );
  }
} satisfies (options: KafkaLogOptions) => MessageLog;
