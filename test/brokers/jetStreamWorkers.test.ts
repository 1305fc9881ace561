import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { savedModel } from '../examples/savedModel.js';
import { natsProgram, NO_NATS, type NatsServers, startNats } from './natsServer.js';
import { numbered, numbersOf, startWorkers } from './workers.js';

if (natsProgram === undefined) console.warn(`skipped: ${NO_NATS}`);

/** Headlines; a soak takes more. */
const COUNT = Number(process.env['HEADWATER_BROKER_HEADLINES'] ?? 20_000);

describe.skipIf(natsProgram === undefined)('workers on a cluster of three JetStream servers', () => {
  let servers: NatsServers;
  let connection: NatsConnection;

  beforeAll(async () => {
    servers = await startNats(3);
    connection = await connect({ servers: servers.url.split(','), maxReconnectAttempts: -1 });
  }, 120_000);
  afterAll(async () => {
    await connection.close();
    await servers.stop();
  }, 60_000);

  it('classifies every headline once, though workers and a server are killed', async () => {
    const model = await savedModel();
    const js = jetstream(connection);
    // The servers have a leader when a stream can be made.
    const add = async (name: string, subjects: string[]): Promise<boolean> => {
      const manager = await jetstreamManager(connection).catch(() => undefined);
      return (await manager?.streams.add({ name, subjects, num_replicas: 3 }).catch(() => undefined)) !== undefined;
    };
    await expect.poll(() => add('IN', ['in']), { timeout: 60_000 }).toBe(true);
    await expect.poll(() => add('OUT', ['out', 'dead']), { timeout: 60_000 }).toBe(true);
    const manager = await js.jetstreamManager();
    const publish = async (begin: number, end: number): Promise<void> => {
      for (let at = begin; at < end; at += 500)
        await Promise.all(
          Array.from({ length: Math.min(500, end - at) }, (_, i) =>
            js.publish('in', numbered(at + i), { msgID: String(at + i), retries: 20 }),
          ),
        );
    };
    const address = `nats://${servers.url.replaceAll('nats://', '')}`;
    const workers = startWorkers(4, [
      ...['--from', `${address}/IN`, '--to', `${address}/out`, '--group', 'g', '--model', model],
      ...['--session-timeout', '3', '--max-in-flight', '256', '--dead-letters', 'dead'],
    ]);
    const stored = async (): Promise<number> =>
      (await manager.streams.info('OUT').catch(() => undefined))?.state.messages ?? 0;
    try {
      await publish(0, COUNT / 2);
      await expect.poll(stored, { timeout: 60_000 }).toBeGreaterThan(COUNT / 20);
      workers.replace(0);
      await publish(COUNT / 2, COUNT);
      workers.freeze(1);
      servers.kill(1);
      workers.replace(2);
      await new Promise((resolve) => setTimeout(resolve, 4000));
      // It wakes when the others have been given what it held.
      workers.wake(1);
      await servers.start(1);
      workers.replace(3);
      await expect.poll(stored, { timeout: 240_000, interval: 500 }).toBeGreaterThanOrEqual(COUNT);
      const waiting = async (): Promise<number> => {
        const info = await manager.consumers.info('IN', 'g').catch(() => undefined);
        return info === undefined ? -1 : info.num_pending + info.num_ack_pending;
      };
      await expect.poll(waiting, { timeout: 60_000 }).toBe(0);
    } finally {
      await workers.stop();
    }
    const results: { readonly id: string; readonly title: string }[] = [];
    const consumer = await js.consumers.get('OUT');
    for (let read = 0, all = await stored(); read < all;) {
      const messages = await consumer.fetch({ max_messages: Math.min(1000, all - read), expires: 10_000 });
      for await (const message of messages) {
        results.push(message.json());
        read += 1;
      }
    }
    expect(numbersOf(results)).toEqual(Array.from({ length: COUNT }, (_, i) => i));
    expect(new Set(results.map(({ id }) => id)).size).toBe(COUNT);
  }, 400_000);
});
