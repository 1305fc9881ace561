import { Objm } from '@nats-io/obj';
import { beforeAll, describe, expect, it } from 'vitest';
import { jetStreamModels } from '../../src/brokers/nats/jetStreamModels.js';
import { start, workFolder } from '../cli/headwater.js';
import { inProcess } from '../cli/inProcess.js';
import { TINY, trainTiny } from '../cli/tiny.js';
import { checksModelStore } from './modelStoreChecks.js';
import { natsProgram } from './natsServer.js';
import { PATIENT } from './patience.js';
import { useNats } from './useNats.js';
import { numbered } from './workers.js';

const cwd = workFolder();

describe.skipIf(natsProgram === undefined)('models in NATS JetStream', () => {
  const nats = useNats();
  beforeAll(() => trainTiny(cwd));

  checksModelStore(() => jetStreamModels({ connection: nats.connection, bucket: 'CHECKS' }));

  it('removes files that no model needs', async () => {
    const objects = await new Objm(nats.connection).open('CHECKS');
    const names = (await objects.list()).filter(({ name }) => name.startsWith('many/'));
    // The shared tokenizer, and the weights and manifests of the last two.
    expect(names).toHaveLength(5);
  });

  it('says that nothing is published there', async () => {
    const status = await inProcess(['work', '--model', `${nats.url}/NONE/news`], 'a headline\n');
    expect(status).toMatchObject({ status: 1, stderr: expect.stringContaining('There is no bucket NONE') as string });
  });

  it('lets workers take a model while they work, two beside one another, and none that is damaged', async () => {
    const { status } = await inProcess([
      ...['train', '--data', `${cwd}/tiny.csv`, '--out', `${cwd}/other`, ...TINY, '--seed', '7'],
    ]);
    expect(status).toBe(0);
    await nats.addStream('IN', 'in');
    await nats.addStream('OUT', 'out');
    const address = `${nats.url}/MODELS/news`;
    const publishModel = async (folder: string, ...more: readonly string[]): Promise<string> => {
      const ended = await inProcess(['publish-model', `${cwd}/${folder}`, '--to', address, ...more]);
      expect(ended).toMatchObject({ status: 0 });
      return ended.stdout.trim();
    };
    const first = await publishModel('model');
    const worker = start(
      [
        ...['work', '--from', `${nats.url}/IN`, '--to', `${nats.url}/out`, '--model', address, '--quiet'],
        ...['--metrics-port', '0', '--status', `${nats.url}/workers`],
      ],
      { cwd },
    );
    const shown = start(['workers', '--status', `${nats.url}/workers`, '--port', '0'], { cwd });
    let sent = 0;
    /** By which models the next headlines are classified. */
    const modelsOf = async (count: number): Promise<Readonly<Record<string, number>>> => {
      const before = sent;
      for (let i = 0; i < count; i++) await nats.js.publish('in', numbered(sent++));
      const counts: Record<string, number> = {};
      for (const text of await nats.read('OUT', count, before)) {
        const { model } = JSON.parse(text) as { readonly model: string };
        counts[model] = (counts[model] ?? 0) + 1;
      }
      return counts;
    };
    expect(await modelsOf(20)).toEqual({ [first]: 20 });

    // Two generations side by side.
    const [beside = ''] = (await publishModel('other', '--share', '0.5')).split(' ');
    expect(beside).not.toBe(first);
    await worker.until('stderr', new RegExp(`model ${first}, and ${beside} for 50 %`));
    const shares = await modelsOf(200);
    expect(Object.keys(shares).toSorted()).toEqual([first, beside].toSorted());
    expect(shares[beside]).toBeGreaterThan(60);
    expect(shares[beside]).toBeLessThan(140);

    // All of them, without a restart.
    await publishModel('other');
    await worker.until('stderr', new RegExp(`model ${beside}\n`));
    expect(await modelsOf(20)).toEqual({ [beside]: 20 });

    // Its weights are others than those that were published.
    const store = jetStreamModels({ connection: nats.connection, bucket: 'MODELS' });
    const before = (await store.current('news'))!;
    const weights = before.before!.files.find(({ name }) => name === 'model.safetensors')!;
    await (await new Objm(nats.connection).open('MODELS')).putBlob({ name: weights.key }, new Uint8Array([1, 2, 3]));
    await publishModel('model');
    await worker.until('stderr', new RegExp(`model ${first} is not used: .*is not the one that was published`));
    expect(await modelsOf(20)).toEqual({ [beside]: 20 });

    // What it has done is told by itself, and by the page of all workers.
    const own = /metrics at (\S+)/.exec(await worker.until('stderr', /metrics at \S+\n/))?.[1] ?? '';
    const all = /http:\S+/.exec(await shown.until('stdout', /http:\S+\n/))?.[0] ?? '';
    const metricsOf = async (url: string): Promise<string> => (await fetch(new URL('/metrics', url))).text();
    await expect.poll(() => metricsOf(own), PATIENT).toMatch(/^headwater_work_classified_total\{.*\} 260$/m);
    await expect.poll(() => metricsOf(all), PATIENT).toMatch(/^headwater_work_classified_total\{.*\} 260$/m);
    expect(await metricsOf(all)).toContain(`model="${beside}"`);
    await expect.poll(() => metricsOf(all), PATIENT).toMatch(/^headwater_work_in_flight_messages\{.*\} 0$/m);
    await expect.poll(() => metricsOf(all), PATIENT).toMatch(/^headwater_work_lag_messages\{.*\} 0$/m);
    const { workers } = (await (await fetch(new URL('/workers', all))).json()) as { readonly workers: unknown[] };
    expect(workers).toMatchObject([{ group: 'headwater', classified: 260, connected: true, stalled: false }]);
    worker.child.kill('SIGTERM');
    await worker.ended;
    shown.child.kill('SIGTERM');
    await shown.ended;
  });
});
