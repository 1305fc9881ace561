import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUser } from '@nats-io/nkeys';
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  Producer,
  ResourcePatternTypes,
  ResourceTypes,
  stringSerializers,
} from '@platformatic/kafka';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { savedModel } from '../examples/savedModel.js';
import { type KafkaServers, noKafka, startKafka } from './kafkaServer.js';
import { freePort, killAll, untilOpen } from './localServers.js';
import { natsProgram, NO_NATS } from './natsServer.js';
import { readCommitted } from './readCommitted.js';
import { selfSigned } from './selfSigned.js';
import { startWorkers } from './workers.js';

const COMMAND = join(import.meta.dirname, '../../dist/cli/main.js');

/** Runs the command to its end. */
const headwater = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  new Promise<{ readonly status: unknown; readonly stderr: string }>((resolve) => {
    const options = { env: { ...process.env, ...env, NO_COLOR: '1' }, timeout: 60_000 };
    execFile(process.execPath, [COMMAND, ...args], options, (error, _, stderr) =>
      resolve({ status: error === null ? 0 : error.code, stderr }),
    );
  });

const folder = mkdtempSync(join(tmpdir(), 'headwater-login-'));
const { key, certificate } = selfSigned(folder);
const options = (name: string, content: object): readonly string[] => {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return ['--broker-options', path];
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (natsProgram === undefined) console.warn(`skipped: ${NO_NATS}`);

describe.skipIf(natsProgram === undefined)('workers on a NATS server with TLS and nkeys', () => {
  const children: ChildProcess[] = [];
  const user = createUser();
  let port = 0;
  beforeAll(async () => {
    port = await freePort();
    const config = join(folder, 'nats.conf');
    writeFileSync(
      config,
      [
        `listen: 127.0.0.1:${port}`,
        `jetstream: { store_dir: "${folder}/jetstream" }`,
        `tls: { cert_file: "${certificate}", key_file: "${key}" }`,
        `authorization: { users: [ { user: admin, password: a }, { nkey: ${user.getPublicKey()} } ] }`,
      ].join('\n'),
    );
    writeFileSync(join(folder, 'user.nk'), `${new TextDecoder().decode(user.getSeed())}\n`);
    children.push(spawn(natsProgram ?? '', ['-c', config], { stdio: 'ignore' }));
    await untilOpen(port);
  });
  afterAll(() => killAll(children));

  it('log in by the files and variables of --broker-options, and say what is missing', async () => {
    const connection = await connect({
      servers: [`127.0.0.1:${port}`],
      tls: { ca: readFileSync(certificate, 'utf8') },
      user: 'admin',
      pass: 'a',
    });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'IN', subjects: ['in'] });
    await manager.streams.add({ name: 'OUT', subjects: ['out'] });
    await jetstream(connection).publish('in', 'Ferry returns');
    const at = `nats://127.0.0.1:${port}`;
    const work = ['--from', `${at}/IN`, '--to', `${at}/out`, '--group', 'g', '--model', await savedModel()];

    const refused = await headwater(['work', ...work, ...options('none.json', { tls: { caFile: certificate } })]);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(/--broker-options/) as string });

    const login = options('nkey.json', { tls: { caFile: 'certificate.pem' }, nkeyFile: 'user.nk' });
    const workers = startWorkers(1, [...work, ...login]);
    try {
      const stored = async (): Promise<number> => (await manager.streams.info('OUT')).state.messages;
      await expect.poll(stored, { timeout: 60_000 }).toBe(1);
    } finally {
      await workers.stop();
      await connection.close();
    }
    expect(workers.ended).toEqual([]);
  }, 120_000);
});

if (noKafka !== undefined) console.warn(`skipped: ${noKafka}`);

describe.skipIf(noKafka !== undefined)('workers on a Kafka broker with TLS, a password and access control', () => {
  let servers: KafkaServers;
  beforeAll(async () => {
    const keystore = join(folder, 'keystore.pem');
    writeFileSync(keystore, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'));
    servers = await startKafka(1, { login: { keystore, users: { worker: 'w0rk', stranger: 'none' } } });
  }, 120_000);
  afterAll(() => servers.stop(), 60_000);

  it('log in by the files and variables of --broker-options, and say what is missing', async () => {
    const client = { bootstrapBrokers: [...servers.brokers], clientId: 'test' };
    const admin = new Admin(client);
    await admin.createTopics({ topics: ['in', 'out'], partitions: 1, replicas: 1 });
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
      const { status, stderr } = await headwater(['work', ...work, ...options(name, { ...few, ...content })], {
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
      ],
    });
    process.env['HEADWATER_TEST_PASSWORD'] = 'w0rk';
    const workers = startWorkers(1, [...work, ...options('right.json', { tls, sasl })]);
    try {
      await expect.poll(() => results.length, { timeout: 60_000 }).toBe(1);
    } finally {
      delete process.env['HEADWATER_TEST_PASSWORD'];
      await workers.stop();
      await close();
      await admin.close();
    }
    expect(workers.ended).toEqual([]);
  }, 180_000);
});
