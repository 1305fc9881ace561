import { expect, it } from 'vitest';
import type { ModelStore } from '../../src/brokers/models/ModelStore.js';
import { start } from '../cli/headwater.js';
import { inProcess } from '../cli/inProcess.js';
import { TINY_CSV } from '../cli/tiny.js';

/** What a learner reads from and publishes to. */
export interface LearnerPlaces {
  /** The folder with the model to begin with, `model`. */
  readonly cwd: string;
  readonly labels: () => string;
  readonly models: (name: string) => string;
  readonly open: () => ModelStore;
  /** Puts labels where the learner reads them. */
  readonly publish: (values: readonly string[]) => Promise<unknown>;
}

/** Headlines of the table with their classes. */
const labelled = (): readonly string[] =>
  TINY_CSV.trim()
    .split('\n')
    .slice(1, 301)
    .map((line) => {
      const comma = line.lastIndexOf(',');
      return JSON.stringify({ title: line.slice(0, comma), category: line.slice(comma + 1) });
    });

/** What learning from any broker does. */
export const checksLearner = ({ cwd, labels, models, open, publish }: LearnerPlaces): void => {
  it('ends with the same bytes, however often it is killed', async () => {
    await publish([...labelled(), 'no label', '{"title":"a","category":"none such"}']);
    for (const name of ['whole', 'killed'])
      expect(await inProcess(['publish-model', `${cwd}/model`, '--to', models(name)])).toMatchObject({ status: 0 });
    const learn = (name: string) => ['learn', '--from', labels(), '--to', models(name), '--every', '50', '--json'];
    // Each as a process: within one, another variant of the kernels may compute.
    const whole = await start([...learn('whole'), '--once'], { cwd }).ended;
    expect(whole).toMatchObject({ status: 0, stderr: '' });
    const published = whole.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    // Six rounds of 50; what is left is too little for another.
    expect(published.map(({ labels: count }) => count)).toEqual([50, 50, 50, 50, 50, 50]);
    expect(new Set(published.map(({ model }) => model)).size).toBe(6);

    for (const lines of [1, 2]) {
      const { child, until, ended } = start(learn('killed'), { cwd });
      await until('stdout', new RegExp(`(?:.*\n){${lines}}`));
      child.kill('SIGKILL');
      await ended;
    }
    const rest = await start([...learn('killed'), '--once'], { cwd }).ended;
    expect(rest.status).toBe(0);
    expect(rest.stdout.trim().split('\n').length).toBeLessThan(5);
    const store = open();
    const [one, other] = [await store.current('whole'), await store.current('killed')];
    expect(other?.inUse.id).toBe(one?.inUse.id);
    expect(other?.inUse.id).toBe(published.at(-1)?.['model']);
    expect(await store.fetch(other?.inUse.others ?? [])).toEqual(await store.fetch(one?.inUse.others ?? []));
    expect(other?.inUse.about).toEqual(one?.inUse.about);
    await store.close();
  });

  it('says what is missing', async () => {
    const { status, stderr } = await inProcess(['learn', '--from', labels(), '--to', models('none')]);
    expect([status, stderr]).toEqual([2, expect.stringContaining('No model is called none there')]);
  });
};
