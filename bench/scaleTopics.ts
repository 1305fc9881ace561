import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startKafka } from '../test/brokers/kafka/kafkaServer.js';
import { startNats } from '../test/brokers/natsServer.js';

/** A broker with a topic for headlines and one for results. */
export interface ScaleTopics {
  readonly name: string;
  /** The addresses of the two topics, in the format of the command. */
  readonly from: string;
  readonly to: string;
  /** The processes of the servers. */
  readonly pids: readonly number[];
  publish(values: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Receives the text of a result when it is read. */
export type Take = (text: string) => void;

/** The number of messages sent before the publisher waits for the server. */
const TOGETHER = 500;

/** NATS JetStream: one server with file storage. */
export const natsTopics = async (take: Take): Promise<ScaleTopics> => {
  const servers = await startNats();
  const connection = await connect({ servers: servers.url });
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'IN', subjects: ['in'] });
  await manager.streams.add({ name: 'OUT', subjects: ['out'] });
  const js = jetstream(connection);
  const results = await (
    await js.consumers.get('OUT')
  ).consume({ max_messages: 4096, callback: (one) => take(one.string()) });
  return {
    name: 'JetStream',
    from: `${servers.url}/IN`,
    to: `${servers.url}/out`,
    pids: servers.pids,
    publish: async (values) => {
      for (let at = 0; at < values.length; at += TOGETHER)
        await Promise.all(values.slice(at, at + TOGETHER).map((value) => js.publish('in', value)));
    },
    stop: async () => {
      await results.close();
      await connection.close();
      await servers.stop();
    },
  };
};

/** Kafka: one broker, with eight partitions each for headlines and results. */
export const kafkaTopics = async (take: Take): Promise<ScaleTopics> => {
  const { Admin, Consumer, Producer, stringDeserializers, stringSerializers } = await import('@platformatic/kafka');
  const servers = await startKafka();
  const client = { bootstrapBrokers: [...servers.brokers], clientId: 'bench', retries: 20, retryDelay: 250 };
  const admin = new Admin(client);
  await admin.createTopics({ topics: ['in', 'out'], partitions: 8, replicas: 1 });
  const producer = new Producer({ ...client, idempotent: true, serializers: stringSerializers });
  const consumer = new Consumer({ ...client, groupId: 'bench', autocommit: false, deserializers: stringDeserializers });
  const stream = await consumer.consume({ topics: ['out'], mode: 'earliest', maxWaitTime: 20 });
  stream.on('data', ({ value }) => take(value));
  let sent = 0;
  const address = `kafka://${servers.brokers.join(',')}`;
  return {
    name: 'Kafka',
    from: `${address}/in`,
    to: `${address}/out`,
    pids: servers.pids,
    publish: async (values) => {
      for (let at = 0; at < values.length; at += TOGETHER)
        await producer.send({
          messages: values.slice(at, at + TOGETHER).map((value) => ({ topic: 'in', key: String(sent++), value })),
        });
    },
    stop: async () => {
      await stream.close();
      await consumer.close(true);
      await producer.close(true);
      await admin.close();
      await servers.stop();
    },
  };
};
