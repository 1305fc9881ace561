import type {
  API,
  BaseOptions,
  Callback,
  Connection,
  Producer,
  RetryDelayGetter,
  txnOffsetCommitV4,
} from '@platformatic/kafka';
import type { KafkaClient } from '../KafkaClient.js';
import { hasApiId } from './hasApiId.js';
import type { Kafka } from './loadKafka.js';
import type { PartitionOffset } from './offsets/PartitionOffset.js';

/** A producer of bytes, with text headers. */
export type BytesProducer = Producer<Buffer, Buffer, string, string>;

/** The options of every Kafka client. */
export const clientOptions = ({ clientId = 'headwater', ...connection }: KafkaClient): BaseOptions => ({
  ...connection,
  clientId,
});

/** The options of every producer. Keys and values are bytes already, so only headers are serialized. */
const producerOptions = ({ stringSerializers: { headerKey, headerValue } }: Kafka, client: KafkaClient) => ({
  ...clientOptions(client),
  idempotent: true,
  serializers: { headerKey, headerValue },
});

/** The address of a topic, with the first of the brokers. */
export const topicAddress = ({ bootstrapBrokers: [first] }: KafkaClient, topic: string): string =>
  `kafka://${typeof first === 'string' ? first : `${first?.host ?? ''}:${first?.port ?? ''}`}/${topic}`;

/** The first delay before a transaction is begun again, while the broker still ends the one before. Milliseconds. */
const FIRST_DELAY_MS = 5;
/** The client's own default. Milliseconds. */
const DEFAULT_DELAY_MS = 1000;

/**
 * The delay before a request of a transactional producer is sent again.
 *
 * A broker ends a transaction after it has answered, within a few milliseconds. Until then it refuses the next one, so
 * this delay is short at first and then doubles, up to the usual delay.
 *
 * @param usual the delay for all other errors
 */
export const transactionDelay =
  (usual: KafkaClient['retryDelay'] = DEFAULT_DELAY_MS): RetryDelayGetter =>
  (client, operation, attempt, retries, error) => {
    const delay = typeof usual === 'number' ? usual : usual(client, operation, attempt, retries, error);
    return hasApiId(error, 'CONCURRENT_TRANSACTIONS') ? Math.min(delay, FIRST_DELAY_MS * 2 ** (attempt - 1)) : delay;
  };

/** A producer whose transactions commit the offsets of all partitions together. */
export interface TransactionalBytesProducer extends BytesProducer {
  /** The offsets that `addOffset` commits, all of the topic of its message. */
  offsets: readonly PartitionOffset[];
}

type CommitOffsets = API<txnOffsetCommitV4.TxnOffsetCommitRequest, txnOffsetCommitV4.TxnOffsetCommitResponse>;

/** The request that commits an offset in a transaction, with the offsets of all partitions instead. */
const committingAll = (commit: CommitOffsets, offsets: () => readonly PartitionOffset[]): CommitOffsets => {
  const all = (topics: readonly txnOffsetCommitV4.TxnOffsetCommitRequestTopic[]) =>
    topics.map(({ name }) => ({
      name,
      partitions: offsets().map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: -1,
      })),
    }));
  const send = (
    connection: Connection,
    ...args: Parameters<CommitOffsets> extends [unknown, ...infer R] ? R : never
  ) => {
    const [transaction, group, producer, epoch, generation, member, instance, topics, answered] = args;
    commit(connection, transaction, group, producer, epoch, generation, member, instance, all(topics), answered);
  };
  return Object.assign(send, { async: commit.async, key: commit.key, version: commit.version });
};

/** The latest version of the request that adds partitions to a transaction. Later versions are for brokers only. */
const ADD_PARTITIONS_VERSION = 3;

/**
 * The client's producer for transactions, with two other requests.
 *
 * It adds partitions by the request for clients. The client itself takes the latest version that the broker knows, for
 * which a cluster with access control wants the rights of a broker.
 *
 * It commits the offsets of all partitions by one request. The client itself commits them one after another.
 */
const transactionalProducer = (kafka: Kafka) =>
  class extends kafka.Producer<Buffer, Buffer, string, string> implements TransactionalBytesProducer {
    offsets: readonly PartitionOffset[] = [];

    override [kafka.kGetApi]<Arguments extends unknown[], Answer>(
      name: string,
      callback: Callback<API<Arguments, Answer>>,
    ): void {
      super[kafka.kGetApi]<Arguments, Answer>(name, (error, api) => {
        // All versions of each have the same arguments. The types of the client do not say which request a name means.
        if (name === 'TxnOffsetCommit' && api !== undefined)
          callback(
            error,
            committingAll(api as API<unknown[], unknown> as CommitOffsets, () => this.offsets) as API<
              unknown[],
              unknown
            > as API<Arguments, Answer>,
          );
        else if (name !== 'AddPartitionsToTxn' || error !== null || (api?.version ?? 0) <= ADD_PARTITIONS_VERSION)
          callback(error, api);
        else callback(null, kafka.addPartitionsToTxnV3.api as API<unknown[], unknown> as API<Arguments, Answer>);
      });
    }
  };

/** Opens an idempotent producer. */
export const openProducer = (kafka: Kafka, client: KafkaClient): BytesProducer =>
  new kafka.Producer<Buffer, Buffer, string, string>(producerOptions(kafka, client));

/**
 * Opens a transactional producer.
 *
 * @param transactionalId the id of its transactions, of which a newer producer with the same id fences this one
 * @param timeout the timeout of a transaction in milliseconds
 */
export const openTransactionalProducer = (
  kafka: Kafka,
  client: KafkaClient,
  { transactionalId, timeout }: { readonly transactionalId: string; readonly timeout: number },
): TransactionalBytesProducer =>
  new (transactionalProducer(kafka))({
    ...producerOptions(kafka, client),
    transactionalId,
    timeout,
    retryDelay: transactionDelay(client.retryDelay),
  });
