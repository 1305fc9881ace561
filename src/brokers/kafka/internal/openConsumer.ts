import type {
  API,
  Callback,
  CallbackWithPromise,
  Connection,
  Consumer,
  FetchOptions,
  GroupOptions,
  GroupPartitionsAssigner,
  offsetCommitV9,
} from '@platformatic/kafka';
import type { KafkaClient } from '../KafkaClient.js';
import { hideAborted } from './hideAborted.js';
import type { Kafka } from './loadKafka.js';
import { clientOptions } from './openProducer.js';
import type { PartitionOffset } from './offsets/PartitionOffset.js';

type Fetch = FetchOptions<Buffer, Buffer, Buffer, Buffer>;
type Fetched = Awaited<ReturnType<Consumer['fetch']>>;

/** The settings of a consumer besides the connection. */
type Settings = Pick<GroupOptions, 'sessionTimeout' | 'rebalanceTimeout' | 'heartbeatInterval'> & {
  readonly groupId: string;
};

/**
 * The size of an answer of a broker, and the part of one partition in it. With the client's default of 50 MiB, a worker
 * with many waiting headlines decodes hundreds of thousands of them at once. A larger message is still read: a broker
 * answers with at least one batch.
 */
const FETCHED_BYTES = 2 ** 22;
const FETCHED_BYTES_PER_PARTITION = 2 ** 20;

/**
 * The ways of sharing partitions, the preferred one first. With the first (KIP-429), partitions stay where they are
 * unless the shares would be uneven, and are read on while others move. The second is for groups with members of
 * earlier versions, which know only this one.
 */
const PROTOCOLS = [
  { name: 'cooperative-sticky', version: 3 },
  { name: 'roundrobin', version: 1 },
];

/**
 * Shares the partitions of all topics that members of the group read.
 *
 * By itself, the client shares only those of the topic of the group's leader. If members of one group read different
 * topics, the others would have no partitions.
 *
 * @param shared called with the topics
 */
const sharingAll =
  ({ cooperativeStickyAssigner }: Kafka, shared: (topics: ReadonlySet<string>) => void): GroupPartitionsAssigner =>
  (leader, members, _, metadata) => {
    const topics = new Set([...members.values()].flatMap((member) => member.topics ?? []));
    shared(topics);
    return cooperativeStickyAssigner(leader, members, topics, metadata);
  };

/** A member of a group in one of its generations. */
export interface Member {
  readonly memberId: string;
  readonly generationId: number;
}

/** A consumer of committed messages that commits offsets only on request. */
export interface CommittedConsumer extends Consumer {
  /**
   * The topics of which it has shared out the partitions since the last call, as the leader of a group of several
   * members.
   */
  takeSharedTopics(): ReadonlySet<string>;
  /**
   * Commits offsets as a member of one generation. The broker refuses a generation that has ended.
   *
   * `commit` of the client then rejoins the group and commits the same offsets once more. If another member has
   * meanwhile processed more of such a partition, that would set its committed offset back.
   */
  commitAs(member: Member, topic: string, offsets: readonly PartitionOffset[]): Promise<void>;
}

const called = <T>(call: (callback: Callback<T>) => void): Promise<T> =>
  new Promise((resolve, reject) => {
    call((error, result) => {
      if (error) reject(error);
      else resolve(result as T);
    });
  });

/** Opens a consumer of committed messages. */
export const openConsumer = (kafka: Kafka, client: KafkaClient, settings: Settings): CommittedConsumer => {
  class FencedConsumer extends kafka.Consumer implements CommittedConsumer {
    sharedTopics: ReadonlySet<string> = new Set();

    takeSharedTopics(): ReadonlySet<string> {
      const topics = this.sharedTopics;
      this.sharedTopics = new Set();
      return topics;
    }

    async commitAs(
      { memberId, generationId }: Member,
      topic: string,
      offsets: readonly PartitionOffset[],
    ): Promise<void> {
      const coordinator = await this.findGroupCoordinator();
      const broker = (await this.metadata({ topics: [topic] })).brokers.get(coordinator);
      if (broker === undefined) throw new Error(`the broker ${coordinator} is unknown`);
      const connection = await called<Connection>((callback) => this[kafka.kGetConnection](broker, callback));
      const request = await called<API<offsetCommitV9.OffsetCommitRequest, offsetCommitV9.OffsetCommitResponse>>(
        (callback) => this[kafka.kGetApi]('OffsetCommit', callback),
      );
      const partitions = offsets.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: -1,
        committedMetadata: null,
      }));
      await request.async(connection, this.groupId, generationId, memberId, null, [{ name: topic, partitions }]);
    }

    override fetch(options: Fetch, callback: CallbackWithPromise<Fetched>): void;
    override fetch(options: Fetch): Promise<Fetched>;
    override fetch(options: Fetch, callback?: CallbackWithPromise<Fetched>): Promise<Fetched> | undefined {
      if (callback === undefined)
        return super.fetch(options).then((fetched) => {
          hideAborted(fetched);
          return fetched;
        });
      super.fetch(options, (error, fetched) => {
        if (fetched !== undefined) hideAborted(fetched);
        callback(error, fetched);
      });
      return undefined;
    }
  }
  const consumer: FencedConsumer = new FencedConsumer({
    maxBytes: FETCHED_BYTES,
    maxBytesPerPartition: FETCHED_BYTES_PER_PARTITION,
    ...clientOptions(client),
    ...settings,
    protocols: PROTOCOLS,
    partitionAssigner: sharingAll(kafka, (topics) => (consumer.sharedTopics = topics)),
    autocommit: false,
    isolationLevel: kafka.FetchIsolationLevels.READ_COMMITTED,
    maxWaitTime: 200,
    minBytes: 1,
  });
  return consumer;
};
