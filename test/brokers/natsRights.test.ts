import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { firstValueFrom } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jetStreamHeadlines } from '../../src/brokers/nats/jetStreamHeadlines.js';
import { natsBroadcast } from '../../src/brokers/nats/natsBroadcast.js';
import { natsConnection } from '../../src/brokers/nats/natsConnection.js';
import { toJetStream } from '../../src/brokers/nats/toJetStream.js';
import type { WorkEvent } from '../../src/brokers/WorkEvent.js';
import type { LiveHeadline } from '../../src/contracts/live/Live.js';
import { freePort, killAll, untilOpen } from './localServers.js';
import { natsProgram } from './natsServer.js';
import { eventually, PATIENT, REQUEST, waitPatiently } from './patience.js';

waitPatiently();

describe.skipIf(natsProgram === undefined)('a user of NATS whose rights change', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-rights-'));
  const config = join(folder, 'nats.conf');
  const servers: ChildProcess[] = [];
  let port = 0;
  const allow = (user: string): void =>
    writeFileSync(
      config,
      `listen: 127.0.0.1:${port}\njetstream: { store_dir: "${folder}/jetstream" }\n` +
        `authorization: { users: [ { user: admin, password: a }, ${user} ] }\n`,
    );
  const start = async (): Promise<void> => {
    servers.push(spawn(natsProgram ?? '', ['-c', config], { stdio: 'ignore' }));
    await untilOpen(port);
  };
  const login = (user: string, pass: string) => ({ servers: `127.0.0.1:${port}`, user, pass });
  const worker = () => natsConnection({ ...login('w', 'w'), maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  beforeAll(async () => {
    port = await freePort();
    allow('{ user: w, password: w }');
    await start();
    const admin = await connect({ ...login('admin', 'a'), ...REQUEST });
    const manager = await eventually(() => jetstreamManager(admin, REQUEST));
    await manager.streams.add({ name: 'IN', subjects: ['in'] });
    await manager.streams.add({ name: 'OUT', subjects: ['out'] });
    await jetstream(admin, REQUEST).publish('in', 'Ferry returns');
    await admin.close();
  });
  afterAll(async () => {
    await killAll(servers);
    rmSync(folder, { recursive: true, force: true });
  });

  it('ends no worker by a status that cannot be sent, and is told of a subject that may not be read', async () => {
    allow('{ user: w, password: w, permissions: { subscribe: { deny: "status" } } }');
    await killAll(servers);
    await start();
    const board = natsBroadcast(worker(), 'status');
    // An unhandled rejection would fail the test.
    board.send('w', 'x'.repeat(2_000_000));
    board.send('w', 'x');
    await expect(firstValueFrom(board.heard$)).rejects.toMatchObject({
      code: 'HW_BROKER',
      message: expect.stringMatching(/The subject status cannot be read.*too few permissions/s) as string,
    });
    await board.close();
    board.send('w', 'x');
    await killAll(servers);
    allow('{ user: w, password: w }');
    await start();
  });

  it('needs no more rights for a worker than the documentation says', async () => {
    const rows = readFileSync('docs/scale.md', 'utf8').matchAll(/^\| (?:publish|subscribe) +\| `([^|]*)` +\|/gm);
    const [publish, subscribe] = Array.from(rows, ([, subjects = '']) => JSON.stringify(subjects.split('`, `')));
    await killAll(servers);
    allow(`{ user: w, password: w, permissions: { publish: ${publish!}, subscribe: ${subscribe!} } }`);
    await start();
    const admin = await connect({ ...login('admin', 'a'), ...REQUEST });
    const manager = await eventually(() => jetstreamManager(admin, REQUEST));
    await manager.streams.add({ name: 'HEADLINES', subjects: ['headlines'] });
    await manager.streams.add({ name: 'RESULTS', subjects: ['classified', 'dead'] });
    for (const text of ['{}', 'Rates held']) await jetstream(admin, REQUEST).publish('headlines', text);
    const events: WorkEvent[] = [];
    const reading = jetStreamHeadlines({
      ...{ connection: worker(), stream: 'HEADLINES', group: 'news', deadLetters: 'dead' },
      events: { next: (event) => events.push(event) },
    })
      .pipe(toJetStream<LiveHeadline>({ connection: worker(), subject: 'classified' }))
      .subscribe();
    const waiting = async (): Promise<number> => {
      const { num_pending: pending, num_ack_pending: held } = await manager.consumers.info('HEADLINES', 'news');
      return pending + held;
    };
    await expect.poll(async () => (await manager.streams.info('RESULTS')).state.messages, PATIENT).toBe(2);
    await expect.poll(waiting, PATIENT).toBe(0);
    reading.unsubscribe();
    await admin.close();
    expect(events.filter(({ type }) => type === 'unreadable' || type === 'unsettled')).toEqual([]);
    allow('{ user: w, password: w }');
    await killAll(servers);
    await start();
  });

  it('is told what is missing: the connection, the right to fetch, the log-in', async () => {
    const events: WorkEvent[] = [];
    const results: string[] = [];
    const failures: unknown[] = [];
    const reading = jetStreamHeadlines({
      ...{ connection: worker(), stream: 'IN', group: 'g', events: { next: (event) => events.push(event) } },
    })
      .pipe(toJetStream<LiveHeadline>({ connection: worker(), subject: 'out' }))
      .subscribe({ next: ({ id }) => results.push(id), error: (error) => failures.push(error) });
    await expect.poll(() => results, PATIENT).toEqual(['IN:1']);
    const names = () => events.map(({ type }) => type).filter((type) => type.endsWith('connected'));
    await killAll(servers);
    await expect.poll(names, PATIENT).toEqual(['disconnected']);

    allow('{ user: w, password: w, permissions: { publish: { deny: "$JS.API.CONSUMER.MSG.NEXT.>" } } }');
    await start();
    await expect.poll(names, PATIENT).toEqual(['disconnected', 'connected']);
    const reasons = () => events.flatMap((event) => (event.type === 'unreadable' ? event.reason : []));
    await expect.poll(() => reasons()[0], PATIENT).toMatch(/Permissions Violation.*MSG\.NEXT.*too few permissions/s);

    await killAll(servers);
    allow('{ user: other, password: w }');
    await start();
    await expect
      .poll(() => failures, PATIENT)
      .toMatchObject([
        {
          code: 'HW_BROKER',
          message: expect.stringMatching(/was closed: Authorization Violation.*password/is) as string,
        },
      ]);
    reading.unsubscribe();
  });
});
