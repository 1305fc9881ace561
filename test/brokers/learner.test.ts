import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe } from 'vitest';
import { jetStreamModels } from '../../src/brokers/nats/jetStreamModels.js';
import { workFolder } from '../cli/headwater.js';
import { trainTiny } from '../cli/tiny.js';
import { checksLearner } from './learnerChecks.js';
import { natsProgram, NO_NATS, type NatsServers, startNats } from './natsServer.js';

if (natsProgram === undefined) console.warn(`skipped: ${NO_NATS}`);

const cwd = workFolder();

describe.skipIf(natsProgram === undefined)('a learner on NATS JetStream', () => {
  let servers: NatsServers;
  let connection: NatsConnection;

  beforeAll(async () => {
    [servers] = await Promise.all([startNats(), trainTiny(cwd)]);
    connection = await connect({ servers: servers.url });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'LABELS', subjects: ['labels'] });
  }, 60_000);
  afterAll(async () => {
    await connection.close();
    await servers.stop();
  });

  checksLearner({
    cwd,
    labels: () => `${servers.url}/LABELS`,
    models: (name) => `${servers.url}/MODELS/${name}`,
    open: () => jetStreamModels({ connection, bucket: 'MODELS' }),
    publish: (values) => Promise.all(values.map((value) => jetstream(connection).publish('labels', value))),
  });
});
