import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  Producer,
  ResourcePatternTypes,
  ResourceTypes,
  stringSerializers,
} from '@platformatic/kafka';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { savedModel } from '../../examples/savedModel.js';
import { loginFolder, runHeadwater } from '../brokerLogin.js';
import { startWorkers } from '../workers.js';
import { PATIENT, waitPatiently } from '../patience.js';
import { type KafkaServers, noKafka, startKafka } from './kafkaServer.js';
import { kafkaModels } from '../../../src/brokers/kafka/kafkaModels.js';
import { modelFiles } from '../modelStoreChecks.js';
import { readCommitted } from './readCommitted.js';

const { folder, key, certificate, options } = loginFolder();

if (noKafka !== undefined) console.warn(`skipped: ${noKafka}`);

describe.skipIf(noKafka !== undefined)('workers on a Kafka broker with TLS, a password and access control', () => {
  waitPatiently();
  let servers: KafkaServers;
  beforeAll(async () => {
    const keystore = join(folder, 'keystore.pem');
    writeFileSync(keystore, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'));
    servers = await startKafka(1, { login: { keystore, users: { worker: 'w0rk', stranger: 'none' } } });
  });
  afterAll(() => servers.stop());

  it('log in by the files and variables of --broker-options, and say what is missing', async () => {
    const client = { bootstrapBrokers: [...servers.brokers], clientId: 'test', retries: 1000, retryDelay: 200 };
    const admin = new Admin(client);
    await admin.createTopics({ topics: ['in', 'out', 'models', 'models.files'], partitions: 1, replicas: 1 });
    const producer = new Producer({ ...client, serializers: stringSerializers });
    await producer.send({ messages: [{ topic: 'in', value: 'Ferry returns' }] });
    await producer.close();
    const results: string[] = [];
    const close = await readCommitted(servers.brokers, 'out', (value) => results.push(value));

    const at = `kafka://${servers.secured.join(',')}`;
    const work = ['--from', `${at}/in`, '--to', `${at}/out`, '--group', 'g', '--model', await savedModel()];
    const tls = { caFile: 'certificate.pem' };
    const sasl = { mechanism: 'PLAIN', username: 'worker', password: '${HEADWATER_TEST_PASSWORD}' };
    const few = { retries: 1, retryDelay: 100 };
    const refused = async (name: string, content: object): Promise<string> => {
      const { status, stderr } = await runHeadwater(['work', ...work, ...options(name, { ...few, ...content })], {
        HEADWATER_TEST_PASSWORD: 'wrong',
      });
      expect([name, status]).toEqual([name, 1]);
      return stderr;
    };
    expect(await refused('authority.json', { tls: {}, sasl })).toMatch(/certificate of the server's authority/);
    expect(await refused('password.json', { tls, sasl })).toMatch(/Check the user, the password/);
    expect(await refused('plain.json', {})).toMatch(/TLS|log-in/);
    expect(await refused('rights.json', { tls, sasl: { ...sasl, username: 'stranger', password: 'none' } })).toMatch(
      /permissions/,
    );

    const may = (
      resourceType: keyof typeof ResourceTypes,
      resourceName: string,
      ...operations: readonly (keyof typeof AclOperations)[]
    ) =>
      operations.map((operation) => ({
        resourceType: ResourceTypes[resourceType],
        resourceName,
        resourcePatternType: ResourcePatternTypes.PREFIXED,
        principal: 'User:worker',
        host: '*',
        operation: AclOperations[operation],
        permissionType: AclPermissionTypes.ALLOW,
      }));
    await admin.createAcls({
      creations: [
        ...may('TOPIC', 'in', 'READ', 'DESCRIBE'),
        ...may('TOPIC', 'out', 'WRITE', 'DESCRIBE'),
        ...may('GROUP', 'g', 'READ', 'DESCRIBE'),
        ...may('TRANSACTIONAL_ID', 'headwater-', 'WRITE', 'DESCRIBE'),
        ...may('TOPIC', 'models', 'READ', 'WRITE', 'DESCRIBE'),
        ...may('GROUP', 'headwater-reader-', 'READ', 'DESCRIBE'),
      ],
    });
    process.env['HEADWATER_TEST_PASSWORD'] = 'w0rk';
    const workers = startWorkers(1, [...work, ...options('right.json', { tls, sasl })]);
    try {
      await expect.poll(() => results.length, PATIENT).toBe(1);
    } finally {
      delete process.env['HEADWATER_TEST_PASSWORD'];
      await workers.stop();
      await close();
      await admin.close();
    }
    expect(workers.ended).toEqual([]);

    // A publisher and a learner need no right to create topics that exist.
    for (const soleFor of [undefined, 'news']) {
      const models = kafkaModels({
        client: {
          bootstrapBrokers: [...servers.secured],
          tls: { ca: readFileSync(certificate, 'utf8') },
          sasl: { mechanism: 'PLAIN', username: 'worker', password: 'w0rk' },
        },
        topic: 'models',
        soleFor,
      });
      const published = await models.publish('news', { files: modelFiles(soleFor ?? 'a') });
      expect((await models.current('news'))?.inUse.id).toBe(published.inUse.id);
      await models.close();
    }
  });
});
