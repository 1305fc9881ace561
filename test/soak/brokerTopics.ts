import { type ConsumerMessages, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { exhaustMap, interval } from 'rxjs';
import { expect } from 'vitest';
import { type KafkaPlaces, type KafkaServers, startKafka } from '../brokers/kafka/kafkaServer.js';
import { type NatsServers, type ServerPlaces, startNats } from '../brokers/natsServer.js';
import { numbered, numberOf } from '../brokers/workers.js';

/** What was read of the results: by number and by id, without the titles of a million. */
export interface Found {
  /** How many results there are of each number. */
  readonly counts: Uint8Array;
  readonly ids: Set<string>;
  /** How many numbers have a result. */
  headlines: number;
  read: number;
}

/** A broker with numbered headlines and their results. */
export interface BrokerTopics {
  /** The arguments of a worker. */
  readonly addresses: readonly string[];
  readonly servers: Pick<NatsServers, 'kill' | 'start'>;
  /** How many servers there are. */
  readonly size: number;
  /**
   * Whether the results' topic holds each result once. A JetStream stream with replicas may store a message twice when
   * its leader changes, because a new leader of a server before 2.11 answers before it knows all messages of the old
   * one (nats-server, pull request 6486). Both then have the same id.
   */
  readonly storesOnce: boolean;
  /**
   * Whether the publisher goes on when a server is killed. The producer of the Kafka client may wait for ever for a
   * batch that was sent to such a server, or send it twice, so on Kafka all headlines are published before the faults.
   */
  readonly publishesThroughFaults: boolean;
  publish(begin: number, end: number): Promise<void>;
  readonly found: Found;
  stop(): Promise<void>;
}

const foundOf = (count: number): Found => ({ counts: new Uint8Array(count), ids: new Set(), headlines: 0, read: 0 });

/** One of so many messages is no headline: it is to be found once among the dead letters. */
const POISON_EVERY = 1000;

/** What is published: a headline with its number, or a message that is none. */
const messageOf = (number: number): string =>
  number % POISON_EVERY === POISON_EVERY - 1 ? `{"title" ${number}` : numbered(number);

/** Takes a result, or a dead letter: its message as it was published. */
const take = (found: Found, text: string): void => {
  const isDead = text.startsWith('{"title" ');
  const { id, title } = isDead
    ? { id: text, title: text }
    : (JSON.parse(text) as { readonly id: string; readonly title: string });
  const number = numberOf(title);
  if (found.counts[number] === 0) found.headlines += 1;
  found.counts[number] = (found.counts[number] ?? 0) + 1;
  found.ids.add(id);
  found.read += 1;
};

/** Each number has one result or one dead letter, and each of them an id of its own. */
export const expectEachOnce = ({ found: { counts, headlines, ids, read }, storesOnce }: BrokerTopics): void => {
  const repeats = read - headlines;
  if (!storesOnce && repeats > 0) console.warn(repeats, 'results were stored twice, each with the id of the first');
  expect({ missing: counts.length - headlines, ids: ids.size, repeats: storesOnce ? repeats : 0 }).toEqual({
    missing: 0,
    ids: counts.length,
    repeats: 0,
  });
};

/** Headlines that are sent together. */
const TOGETHER = 500;

/** After so many milliseconds without a result, they are read by a new consumer. */
const QUIET_MS = 5000;

/**
 * Reads the stream OUT, each message once. An ordered consumer of the client does not always recover when its server is
 * killed, and notices that only after half a minute: if nothing comes, a new one goes on behind the last message.
 */
const readResults = async (
  connection: NatsConnection,
  result: (text: string) => void,
): Promise<() => Promise<unknown>> => {
  const js = jetstream(connection);
  let last = 0;
  const open = async (): Promise<ConsumerMessages> => {
    const consumer = await js.consumers.get('OUT', {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: last + 1,
    });
    return consumer.consume({
      max_messages: 1000,
      callback: (message) => {
        if (message.seq !== last + 1) return;
        last = message.seq;
        result(message.string());
      },
    });
  };
  let reading: ConsumerMessages | undefined = await open();
  let before = -1;
  const watching = interval(QUIET_MS)
    .pipe(
      exhaustMap(async () => {
        if (last === before) {
          void reading?.close();
          reading = await open().catch(() => undefined);
        }
        before = last;
      }),
    )
    .subscribe();
  return async () => {
    watching.unsubscribe();
    await reading?.close();
  };
};

/** NATS JetStream; results are read by ordered consumers. */
export const natsSoak = async (count: number, size: number, places: ServerPlaces = {}): Promise<BrokerTopics> => {
  const servers = await startNats(size, places);
  const connection = await connect({ servers: servers.url.split(','), maxReconnectAttempts: -1, timeout: 60_000 });
  const found = foundOf(count);
  const add = async (name: string, subjects: string[]): Promise<boolean> => {
    const manager = await jetstreamManager(connection).catch(() => undefined);
    // A worker that is away for long must not outlast the window in which repeats are known.
    const config = { name, subjects, num_replicas: size, duplicate_window: 3600e9 };
    return (await manager?.streams.add(config).catch(() => undefined)) !== undefined;
  };
  await expect.poll(() => add('IN', ['in']), { timeout: 60_000 }).toBe(true);
  await expect.poll(() => add('OUT', ['out', 'dead']), { timeout: 60_000 }).toBe(true);
  const js = jetstream(connection);
  const results = await readResults(connection, (text) => take(found, text));
  const address = `nats://${servers.url.replaceAll('nats://', '')}`;
  return {
    addresses: ['--from', `${address}/IN`, '--to', `${address}/out`, '--dead-letters', 'dead'],
    servers,
    size,
    storesOnce: size === 1,
    publishesThroughFaults: true,
    found,
    publish: async (begin, end) => {
      for (let at = begin; at < end; at += TOGETHER)
        await Promise.all(
          Array.from({ length: Math.min(TOGETHER, end - at) }, (_, i) =>
            js.publish('in', messageOf(at + i), { msgID: String(at + i), retries: 50 }),
          ),
        );
    },
    stop: async () => {
      await results();
      await connection.close();
      await servers.stop();
    },
  };
};

/** Kafka; committed results are read by a consumer of its own. */
export const kafkaSoak = async (count: number, size: number, places: KafkaPlaces = {}): Promise<BrokerTopics> => {
  const { Admin, Producer, stringSerializers } = await import('@platformatic/kafka');
  const { readCommitted } = await import('../brokers/kafka/readCommitted.js');
  const servers: KafkaServers = await startKafka(size, places);
  const client = { bootstrapBrokers: [...servers.brokers], clientId: 'soak', retries: 1000, retryDelay: 500 };
  const admin = new Admin(client);
  const configs = [{ name: 'min.insync.replicas', value: String(Math.min(2, size)) }];
  await admin.createTopics({ topics: ['in'], partitions: 8, replicas: size, configs });
  await admin.createTopics({ topics: ['out', 'dead'], partitions: 2, replicas: size, configs });
  const producer = new Producer({ ...client, idempotent: true, serializers: stringSerializers });
  const found = foundOf(count);
  const closes = await Promise.all(
    ['out', 'dead'].map((topic) => readCommitted(servers.brokers, topic, (value) => take(found, value))),
  );
  const address = `kafka://${servers.brokers.join(',')}`;
  return {
    addresses: ['--from', `${address}/in`, '--to', `${address}/out`, '--dead-letters', 'dead'],
    servers,
    size,
    storesOnce: true,
    publishesThroughFaults: false,
    found,
    publish: async (begin, end) => {
      for (let at = begin; at < end; at += TOGETHER)
        await producer.send({
          messages: Array.from({ length: Math.min(TOGETHER, end - at) }, (_, i) => ({
            topic: 'in',
            key: String(at + i),
            value: messageOf(at + i),
          })),
        });
    },
    stop: async () => {
      await Promise.all(closes.map((close) => close()));
      await producer.close(true).catch(() => undefined);
      await admin.close().catch(() => undefined);
      await servers.stop();
    },
  };
};
