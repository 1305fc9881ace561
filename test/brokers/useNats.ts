import { jetstream, type JetStreamClient, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll } from 'vitest';
import { jetStreamLog } from '../../src/brokers/nats/jetStreamLog.js';
import { natsProgram, NO_NATS, type NatsServers, startNats } from './natsServer.js';
import { eventually, REQUEST, waitPatiently } from './patience.js';

if (natsProgram === undefined) console.warn(`skipped: ${NO_NATS}`);

/** Servers for all tests of a `describe`, and clients of them. Its fields are there once the tests run. */
export interface UsedNats {
  readonly servers: NatsServers;
  /** The address of the servers for a command, without a stream. */
  readonly url: string;
  readonly connection: NatsConnection;
  readonly js: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Makes a stream, on all servers. */
  readonly addStream: (name: string, ...subjects: readonly string[]) => Promise<void>;
  /** Reads messages of a stream: so many behind a position, or all that are there. */
  readonly read: (stream: string, count?: number, after?: number) => Promise<readonly string[]>;
}

/** Starts servers before the tests, and stops them after them. */
export const useNats = (count = 1): UsedNats => {
  let servers: NatsServers;
  let connection: NatsConnection;
  let js: JetStreamClient;
  let manager: JetStreamManager;
  waitPatiently();
  beforeAll(async () => {
    servers = await startNats(count);
    connection = await connect({ servers: servers.url.split(','), maxReconnectAttempts: -1, ...REQUEST });
    // A request to one of several servers is lost with it, and is then repeated.
    const options = count === 1 ? REQUEST : {};
    js = jetstream(connection, options);
    manager = await eventually(() => jetstreamManager(connection, options));
  });
  afterAll(async () => {
    await connection.close();
    await servers.stop();
  });
  return {
    get servers() {
      return servers;
    },
    get url() {
      return `nats://${servers.url.replaceAll('nats://', '')}`;
    },
    get connection() {
      return connection;
    },
    get js() {
      return js;
    },
    get manager() {
      return manager;
    },
    addStream: async (name, ...subjects) => {
      await eventually(() => manager.streams.add({ name, subjects: [...subjects], num_replicas: count }));
    },
    read: async (stream, most = Infinity, after) => {
      const found: string[] = [];
      for await (const { value } of jetStreamLog({ connection, stream, after, once: most === Infinity })) {
        found.push(Buffer.from(value).toString());
        if (found.length === most) break;
      }
      return found;
    },
  };
};
