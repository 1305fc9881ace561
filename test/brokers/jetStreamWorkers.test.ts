import { describe, expect, it } from 'vitest';
import { savedModel } from '../examples/savedModel.js';
import { natsProgram } from './natsServer.js';
import { eventually, PATIENT } from './patience.js';
import { useNats } from './useNats.js';
import { numbered, numbersOf, startWorkers } from './workers.js';

/** Headlines; a soak takes more. */
const COUNT = Number(process.env['HEADWATER_BROKER_HEADLINES'] ?? 20_000);
/** Messages that are sent together. */
const TOGETHER = 500;

describe.skipIf(natsProgram === undefined)('workers on a cluster of three JetStream servers', () => {
  const nats = useNats(3);

  it('classifies every headline once, though workers and a server are killed', async () => {
    const model = await savedModel();
    await nats.addStream('IN', 'in');
    await nats.addStream('OUT', 'out', 'dead');
    const { js, manager, servers, url } = nats;
    const publish = async (begin: number, end: number): Promise<void> => {
      for (let at = begin; at < end; at += TOGETHER)
        await Promise.all(
          Array.from({ length: Math.min(TOGETHER, end - at) }, (_, i) =>
            eventually(() => js.publish('in', numbered(at + i), { msgID: String(at + i) })),
          ),
        );
    };
    const workers = startWorkers(4, [
      ...['--from', `${url}/IN`, '--to', `${url}/out`, '--group', 'g', '--model', model],
      ...['--session-timeout', '3', '--max-in-flight', '256', '--dead-letters', 'dead'],
    ]);
    const stored = async (): Promise<number> => (await manager.streams.info('OUT')).state.messages;
    try {
      await publish(0, COUNT / 2);
      await expect.poll(stored, PATIENT).toBeGreaterThan(COUNT / 20);
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
      await expect.poll(stored, PATIENT).toBeGreaterThanOrEqual(COUNT);
      const waiting = async (): Promise<number> => {
        const info = await manager.consumers.info('IN', 'g');
        return info.num_pending + info.num_ack_pending;
      };
      await expect.poll(waiting, PATIENT).toBe(0);
    } finally {
      await workers.stop();
    }
    const results = (await nats.read('OUT')).map(
      (text) => JSON.parse(text) as { readonly id: string; readonly title: string },
    );
    expect(numbersOf(results)).toEqual(Array.from({ length: COUNT }, (_, i) => i));
    expect(new Set(results.map(({ id }) => id)).size).toBe(COUNT);
  });
});
