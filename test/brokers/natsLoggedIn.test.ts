import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeys } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { savedModel } from '../examples/savedModel.js';
import { loginFolder, runHeadwater } from './brokerLogin.js';
import { freePort, killAll, untilOpen } from './localServers.js';
import { natsProgram, NO_NATS } from './natsServer.js';
import { eventually, PATIENT, REQUEST, waitPatiently } from './patience.js';
import { startWorkers } from './workers.js';

const { folder, key, certificate, options } = loginFolder();

if (natsProgram === undefined) console.warn(`skipped: ${NO_NATS}`);

waitPatiently();

describe.skipIf(natsProgram === undefined)('workers on a NATS server with TLS and nkeys', () => {
  const children: ChildProcess[] = [];
  const user = nkeys.createUser();
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
      ...REQUEST,
    });
    const manager = await eventually(() => jetstreamManager(connection, REQUEST));
    await manager.streams.add({ name: 'IN', subjects: ['in'] });
    await manager.streams.add({ name: 'OUT', subjects: ['out'] });
    await jetstream(connection, REQUEST).publish('in', 'Ferry returns');
    const at = `nats://127.0.0.1:${port}`;
    const work = ['--from', `${at}/IN`, '--to', `${at}/out`, '--group', 'g', '--model', await savedModel()];

    const refused = await runHeadwater(['work', ...work, ...options('none.json', { tls: { caFile: certificate } })]);
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(/--broker-options/) as string });

    const login = options('nkey.json', { tls: { caFile: 'certificate.pem' }, nkeyFile: 'user.nk' });
    const workers = startWorkers(1, [...work, ...login]);
    try {
      const stored = async (): Promise<number> => (await manager.streams.info('OUT')).state.messages;
      await expect.poll(stored, PATIENT).toBe(1);
    } finally {
      await workers.stop();
      await connection.close();
    }
    expect(workers.ended).toEqual([]);
  });
});
