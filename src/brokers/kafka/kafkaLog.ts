import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import type { LoggedMessage, LogOptions, MessageLog } from '../MessageLog.js';
import type { KafkaClient } from './KafkaClient.js';
import { openReader } from './internal/openReader.js';
import { loadKafka } from './internal/loadKafka.js';

/** Options of `kafkaLog`. */
export interface KafkaLogOptions extends LogOptions {
  readonly client: KafkaClient;
  /** A topic with one partition: messages in several partitions have no common order. */
  readonly topic: string;
}

/**
 * The committed messages of a Kafka topic with one partition, in order.
 *
 * Errors: `HW_USAGE` if the client is not installed or does not support this Node version, or the topic has several
 * partitions; `HW_BROKER` if it cannot be read, or messages after `after` were deleted before they were read.
 */
export const kafkaLog = async function* ({
  client,
  topic,
  after,
  once = false,
}: KafkaLogOptions): AsyncGenerator<LoggedMessage> {
  const kafka = await loadKafka();
  try {
    const reader = await openReader(kafka, client, {
      topic,
      begin: after === undefined ? undefined : BigInt(after) + 1n,
    });
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
      if (once && reader.end <= reader.begin) return;
      for await (const { offset, value } of reader.stream) {
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
      `The topic ${topic} cannot be read: ${reasonOf(cause)}. Check the brokers' addresses and the topic's name.`,
      { cause, where: topic },
    );
  }
} satisfies (options: KafkaLogOptions) => MessageLog;
