import { setTimeout as sleep } from 'node:timers/promises';
import { asyncScheduler, Observable } from 'rxjs';
import { checkOptions, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { checkText } from '../internal/checkText.js';
import { modelStore } from '../models/internal/modelStore.js';
import type { Entry, ModelShelf } from '../models/internal/ModelShelf.js';
import type { ModelStore } from '../models/ModelStore.js';
import type { KafkaClient } from './KafkaClient.js';
import { answered } from './internal/answered.js';
import { checkClient } from './internal/checkClient.js';
import { noTopic } from './internal/checkTopic.js';
import { hasApiId, saysNoTopic } from './internal/hasApiId.js';
import { type Kafka, loadKafka } from './internal/loadKafka.js';
import { type BytesProducer, clientOptions, openProducer, openTransactionalProducer } from './internal/openProducer.js';
import { readTopic } from './internal/readTopic.js';
import type { TopicMessage } from './internal/TopicMessage.js';

/** Options of `kafkaModels`. */
export interface KafkaModelsOptions {
  /** The connection to Kafka: `bootstrapBrokers`, and the client's own options for TLS and SASL. */
  readonly client: KafkaClient;
  /**
   * The compacted topic of the names. The topic of the files has the same name with `.files` at the end. Each has one
   * partition. The first model creates them if they do not exist.
   */
  readonly topic: string;
  /** The number of brokers that store the topics, at least 1. Used only when they are created. Default 1. */
  readonly replicas?: number | undefined;
  /**
   * The name for which this is the only publisher from now on, as for a learner. An earlier publisher that was
   * suspended and resumes is refused (`HW_BROKER`). Default: none; then publishers of one name may replace each other's
   * models.
   */
  readonly soleFor?: string | undefined;
}

/** The size of a record of a file, in bytes: well below the default limit of brokers. */
const CHUNK_BYTES = 524_288;

/** The longest time for reading a topic, such as for a file, in milliseconds. */
const FILE_MS = 120_000;

/**
 * The timeout of a transaction in milliseconds. The transaction of a publisher that died blocks its successor for this
 * time.
 */
const TRANSACTION_MS = 10_000;

/**
 * Fences the previous owner of this transactional id. By itself, the client would request producer 0 of epoch 0, and be
 * refused if the id had another owner before.
 */
const ANY_PRODUCER = { producerId: -1n, producerEpoch: -1 };

/** The number of attempts to replace a publisher that died, and the milliseconds between them. */
const TAKEOVER_TRIES = 30;
const TAKEOVER_MS = 1000;

/** The entry that a message holds; undefined if the message deletes it. */
const entryOf = ({ value, offset }: TopicMessage): Entry | undefined =>
  value === undefined ? undefined : { bytes: value, revision: Number(offset) + 1 };

/**
 * Stores named models in Kafka. A compacted topic has the publication of each name, and a second one the files in parts
 * of 512 KiB.
 *
 * @param options `client`, `topic`, and the optional settings
 * @throws HeadwaterError `HW_USAGE` for an invalid option
 *
 * @example
 * ```ts
 * import { openArtifacts } from 'headwater';
 * import { kafkaModels } from 'headwater/kafka';
 * import { concatMap } from 'rxjs';
 *
 * const models = kafkaModels({ client: { bootstrapBrokers: ['127.0.0.1:9092'] }, topic: 'models' });
 * export const classes$ = models.published('news').pipe(
 *   concatMap(async ({ inUse }) => {
 *     const { labelEncoder } = await openArtifacts(await models.fetch(inUse.files));
 *     return { model: inUse.id, classes: labelEncoder.classes };
 *   }),
 * );
 * ```
 */
export const kafkaModels = (options: KafkaModelsOptions): ModelStore => {
  checkOptions('kafkaModels', options, "{ client, topic: 'models' }");
  const { client, topic, replicas = 1, soleFor } = options;
  checkClient('kafkaModels', client);
  checkTypes('kafkaModels', options, { topic: 'string', soleFor: 'string' });
  checkText('kafkaModels', 'topic', topic);
  checkWhole('kafkaModels', 'replicas', replicas, 1);
  const filesTopic = `${topic}.files`;
  const where = `the topic ${topic}`;
  let producer: Promise<BytesProducer> | undefined;
  let made = false;
  /** Whether it has written. From then on, a publisher that replaces it does so permanently. */
  let established = false;

  const opened = (kafka: Kafka): Promise<BytesProducer> =>
    (producer ??= Promise.resolve(
      soleFor === undefined
        ? openProducer(kafka, client)
        : openTransactionalProducer(kafka, client, {
            transactionalId: `headwater-models-${topic}-${soleFor}`,
            timeout: TRANSACTION_MS,
          }),
    ));

  /** Creates the topics if they do not exist. */
  const make = async (kafka: Kafka): Promise<void> => {
    if (made) return;
    const admin = new kafka.Admin(clientOptions(client));
    try {
      for (const name of [topic, filesTopic]) {
        try {
          await admin.createTopics({
            topics: [name],
            partitions: 1,
            replicas,
            configs: [{ name: 'cleanup.policy', value: 'compact' }],
          });
        } catch (error) {
          if (hasApiId(error, 'TOPIC_ALREADY_EXISTS')) continue;
          // A user without the right to create topics is refused for one that exists, too. This is asked afterwards,
          // because the client asks for a missing topic as often as it retries.
          if ((await noTopic(admin, name).catch(() => error)) !== undefined) throw error;
        }
      }
    } finally {
      await admin.close().catch(() => undefined);
    }
    made = true;
  };

  const missing = (cause: unknown): HeadwaterError =>
    new HeadwaterError(
      'HW_BROKER',
      `There is no topic ${topic}. Publish a first model into it: ` +
        `headwater publish-model DIR --to kafka://…/${topic}/NAME`,
      { cause, where },
    );

  /**
   * Sends records, in a transaction if this is the only publisher of a name. Returns the offset of the first record.
   */
  const send = async (
    kafka: Kafka,
    messages: readonly { readonly topic: string; readonly key: Buffer; readonly value?: Buffer }[],
  ): Promise<number | undefined> => {
    const one = { messages: messages.map((message) => ({ ...message, partition: 0 })) };
    const sendOne = async (out: BytesProducer): Promise<number | undefined> => {
      if (soleFor === undefined) return offsetOf(await out.send(one));
      const transaction = await out.beginTransaction(ANY_PRODUCER);
      try {
        const at = offsetOf(await transaction.send(one));
        await transaction.commit();
        return at;
      } catch (error) {
        await transaction.abort().catch(() => undefined);
        throw error;
      }
    };
    for (let tries = 1; ; tries++) {
      const out = await opened(kafka);
      try {
        const at = await answered(where, sendOne(out), asyncScheduler);
        established = true;
        return at;
      } catch (cause) {
        producer = undefined;
        await out.close(true).catch(() => undefined);
        // Until the transaction of a publisher that died has been aborted, its successor is refused too.
        if (soleFor !== undefined && !established && tries < TAKEOVER_TRIES) {
          await sleep(TAKEOVER_MS);
          continue;
        }
        throw new HeadwaterError(
          'HW_BROKER',
          `A model could not be written to ${where}: ${reasonOf(cause)}. Let one at a time publish under a name.`,
          { cause, where },
        );
      }
    }
  };
  const offsetOf = (result: { readonly offsets?: readonly { readonly offset: bigint }[] }): number | undefined => {
    const offset = result.offsets?.[0]?.offset;
    return offset === undefined ? undefined : Number(offset);
  };

  const shelf: ModelShelf = {
    where,
    entries: (name) =>
      new Observable<Entry>((subscriber) => {
        let newest: Entry | undefined;
        let behind = true;
        const reading = async (): Promise<void> => {
          const kafka = await loadKafka();
          const end = await readTopic(
            kafka,
            client,
            { topic },
            {
              message: (message) => {
                if (message.key?.toString() !== name) return;
                newest = entryOf(message);
                if (!behind && newest !== undefined) subscriber.next(newest);
              },
              caughtUp: () => {
                behind = false;
                if (newest !== undefined) subscriber.next(newest);
              },
              failed: (error) => subscriber.error(error),
            },
          );
          subscriber.add(() => void end());
        };
        reading().catch((error: unknown) => subscriber.error(saysNoTopic(error) ? missing(error) : error));
      }),
    entry: async (name) => {
      const kafka = await loadKafka();
      let newest: Entry | undefined;
      try {
        await untilCaughtUp(kafka, { topic }, (message) => {
          if (message.key?.toString() === name) newest = entryOf(message);
          return false;
        });
      } catch (error) {
        if (!saysNoTopic(error)) throw error;
      }
      return newest;
    },
    writeEntry: async (name, bytes) => {
      const kafka = await loadKafka();
      await make(kafka);
      const at = await send(kafka, [{ topic, key: Buffer.from(name), value: Buffer.from(bytes) }]);
      return (at ?? 0) + 1;
    },
    put: async (key, bytes) => {
      const kafka = await loadKafka();
      await make(kafka);
      let begin: number | undefined;
      for (let part = 0, from = 0; from === 0 || from < bytes.length; part++, from += CHUNK_BYTES) {
        const value = Buffer.from(bytes.subarray(from, from + CHUNK_BYTES));
        const at = await send(kafka, [{ topic: filesTopic, key: Buffer.from(`${key}/${part}`), value }]);
        begin ??= at;
      }
      return begin;
    },
    get: async ({ key, bytes, at }) => {
      const kafka = await loadKafka();
      const parts = new Map<number, Buffer>();
      const count = Math.max(1, Math.ceil(bytes / CHUNK_BYTES));
      await untilCaughtUp(kafka, { topic: filesTopic, begin: at === undefined ? undefined : BigInt(at) }, (message) => {
        const name = message.key?.toString() ?? '';
        const part = Number(name.slice(key.length + 1));
        if (!name.startsWith(`${key}/`) || !(part < count)) return false;
        // A removed file may have been written again after its removal.
        if (message.value === undefined) parts.delete(part);
        else if (!parts.has(part)) parts.set(part, message.value);
        return parts.size === count;
      });
      if (parts.size < count) return undefined;
      return Buffer.concat(Array.from({ length: count }, (_, part) => parts.get(part) ?? Buffer.alloc(0)));
    },
    remove: async (files) => {
      if (files.length === 0) return;
      const kafka = await loadKafka();
      const keys = files.flatMap(({ key, bytes }) =>
        Array.from({ length: Math.max(1, Math.ceil(bytes / CHUNK_BYTES)) }, (_, part) => `${key}/${part}`),
      );
      // A record without a value (tombstone): compaction removes it and all earlier records with its key.
      await send(
        kafka,
        keys.map((key) => ({ topic: filesTopic, key: Buffer.from(key) })),
      );
    },
    close: async () => {
      const out = await producer?.catch(() => undefined);
      producer = undefined;
      await out?.close(true).catch(() => undefined);
    },
  };

  /** Reads to the current end of the topic, or until `take` returns true. */
  const untilCaughtUp = async (
    kafka: Kafka,
    place: { readonly topic: string; readonly begin?: bigint | undefined },
    // Returns true if no more messages are needed.
    take: (message: TopicMessage) => boolean,
  ): Promise<void> => {
    let reading: Promise<() => Promise<void>> | undefined;
    let late: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        late = setTimeout(() => reject(new Error(`it took longer than ${FILE_MS / 1000} s`)), FILE_MS);
        reading = readTopic(kafka, client, place, {
          message: (message) => {
            if (take(message)) resolve();
          },
          caughtUp: resolve,
          failed: reject,
        });
        reading.catch(reject);
      });
    } finally {
      clearTimeout(late);
      const end = await reading?.catch(() => undefined);
      await end?.();
    }
  };
  return modelStore(shelf);
};
