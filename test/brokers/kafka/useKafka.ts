import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { afterAll, beforeAll } from 'vitest';
import { waitPatiently } from '../patience.js';
import { type KafkaServers, startKafka } from './kafkaServer.js';

/** A broker for all tests of a `describe`, and clients of it. Its fields are there once the tests run. */
export interface UsedKafka {
  readonly client: () => { readonly bootstrapBrokers: string[]; readonly retries: number; readonly retryDelay: number };
  readonly servers: KafkaServers;
  readonly admin: Admin;
  readonly producer: Producer<string, string, string, string>;
}

/** Starts a broker before the tests, and stops it after them. */
export const useKafka = (): UsedKafka => {
  let servers: KafkaServers;
  let admin: Admin;
  let producer: Producer<string, string, string, string>;
  const client = () => ({ bootstrapBrokers: [...servers.brokers], retries: 10, retryDelay: 200 });

  waitPatiently();
  beforeAll(async () => {
    servers = await startKafka();
    const own = { ...client(), clientId: 'test', retries: 1000 };
    admin = new Admin(own);
    // Idempotent: sent again to a partition that has no leader yet, a message would be there twice.
    producer = new Producer({ ...own, idempotent: true, serializers: stringSerializers });
  });
  afterAll(async () => {
    await producer.close(true);
    await admin.close();
    await servers.stop();
  });

  return {
    client,
    get servers() {
      return servers;
    },
    get admin() {
      return admin;
    },
    get producer() {
      return producer;
    },
  };
};
