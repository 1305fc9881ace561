import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ServedModel } from '../../src/server/generations/ServedModel.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { LabelEncoder } from '../../src/text/LabelEncoder.js';
import { problemOf, type Served, serving, VOCABULARY } from './serving.js';

/** A model that always says the same, of classes of its own. */
const always = (
  name: string,
  classes: readonly string[] = ['Sports', 'World'],
  which = 0,
): ServedModel & { disposed: boolean } => {
  const served = {
    ...VOCABULARY,
    labelEncoder: LabelEncoder.of(classes),
    model: recordingModel({
      name,
      classes: classes.length,
      probabilities: () => classes.map((_, index) => (index === which ? 0.9 : 0.1 / (classes.length - 1))),
    }),
    disposed: false,
    dispose: () => {
      served.disposed = true;
    },
  };
  return served;
};

const post = (served: Served, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, served.url), { method: 'POST', headers });

const classOf = async (served: Served): Promise<readonly [string, string]> => {
  const { class: category, model } = (await (await served.classify('"ferry"')).json()) as Record<string, string>;
  return [category ?? '', model ?? ''];
};

describe('the model in use', () => {
  it('is reloaded with its classes, rolled back, and told by answers, events, metrics and the description', async () => {
    const next = always('second', ['A', 'B', 'C'], 1);
    const served = await serving({ ...always('first'), load: () => Promise.resolve(next) });
    expect(await classOf(served)).toEqual(['Sports', 'first']);
    expect(await (await post(served, '/admin/reload')).json()).toMatchObject({
      reloaded: true,
      inUse: 'second',
      before: 'first',
    });
    expect(await classOf(served)).toEqual(['B', 'second']);
    expect(await (await served.get('/model')).json()).toMatchObject({ name: 'second', classes: ['A', 'B', 'C'] });
    expect(await (await served.get('/openapi.json')).text()).toContain('"C"');
    const metrics = await (await served.get('/metrics')).text();
    expect(metrics).toContain('headwater_headlines_total{origin="request",class="B",model="second"} 1');
    expect(metrics).toContain('headwater_model_info{model="second",role="in-use"} 1');
    expect(served.events.slice(1)).toEqual([
      { type: 'model', change: { type: 'reloaded', model: 'second', before: 'first' } },
    ]);
    expect((await post(served, '/admin/rollback')).status).toBe(200);
    expect(await classOf(served)).toEqual(['Sports', 'first']);
    expect(next.disposed).toBe(false);
  });

  it('stays where the next one cannot be loaded, or fails at the smoke batch', async () => {
    const broken = Object.assign(always('broken'), {
      model: recordingModel({ name: 'broken', probabilities: () => [0.9, 0.9] }),
    });
    const results: (() => Promise<ServedModel | undefined>)[] = [
      () => Promise.reject(new Error('secret')),
      () => Promise.resolve(broken),
    ];
    const served = await serving({ ...always('first'), load: () => results.shift()!() });
    const unread = await post(served, '/admin/reload');
    expect(unread.status).toBe(409);
    expect(await unread.text()).not.toContain('secret');
    expect(await problemOf(await post(served, '/admin/reload'))).toEqual(['not-loaded', 409]);
    expect(await classOf(served)).toEqual(['Sports', 'first']);
    expect(await problemOf(await post(served, '/admin/rollback'))).toEqual(['no-model', 409]);
    expect(broken.disposed).toBe(true);
  });

  it('is reloaded under load without a failed request, and frees the models that are not kept', async () => {
    const made: ReturnType<typeof always>[] = [];
    const reload$ = new Subject<void>();
    const served = await serving({
      ...always('0'),
      reload$,
      load: () => {
        made.push(always(String(made.length + 1)));
        return Promise.resolve(made.at(-1));
      },
    });
    let asking = true;
    const statuses = new Set<number>();
    const clients = Array.from({ length: 8 }, async () => {
      while (asking) statuses.add((await served.classify('"ferry"')).status);
    });
    for (let count = 1; count <= 4; count++) {
      reload$.next();
      await expect.poll(() => served.events.filter(({ type }) => type === 'model').length).toBe(count);
    }
    asking = false;
    await Promise.all(clients);
    expect([...statuses]).toEqual([200]);
    expect(made.map(({ disposed }) => disposed)).toEqual([true, true, false, false]);
    expect(await (await served.get('/metrics')).text()).not.toContain('model="1"');
  });

  it('wants the token', async () => {
    const served = await serving({ token: 'a-token-of-a-test' });
    expect(await problemOf(await post(served, '/admin/reload'))).toEqual(['token', 401]);
  });
});

describe('a candidate', () => {
  it('is compared as a shadow that answers nobody, and promoted', async () => {
    const served = await serving({ ...always('first'), candidate: { served: always('second', undefined, 1) } });
    expect(await classOf(served)).toEqual(['Sports', 'first']);
    await served.metric('headwater_candidate_headlines_total{model="second",agrees="false"} 1');
    expect(await (await served.get('/admin/models')).json()).toEqual({
      inUse: 'first',
      before: null,
      candidate: {
        model: 'second',
        type: 'shadow',
        compared: 1,
        agreed: 0,
        leftOut: 0,
        differences: [{ title: 'ferry', class: 'Sports', candidate: 'World' }],
      },
    });
    expect((await post(served, '/admin/promote')).status).toBe(200);
    expect(await classOf(served)).toEqual(['World', 'second']);
    expect(await problemOf(await post(served, '/admin/promote'))).toEqual(['no-model', 409]);
  });

  it('answers its share as a canary, the same headline always by the same model, and no part of an explanation', async () => {
    const served = await serving({
      ...always('first'),
      candidate: { served: always('second', undefined, 1), role: { type: 'canary', share: 0.25 } },
    });
    const titles = JSON.stringify(Array.from({ length: 200 }, (_, index) => `goal ${index}`));
    const ask = async (): Promise<readonly string[]> =>
      ((await (await served.classify(titles)).json()) as { readonly model: string }[]).map(({ model }) => model);
    const models = await ask();
    expect(await ask()).toEqual(models);
    const share = models.filter((model) => model === 'second').length / models.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
    for (let index = 0; index < 12; index++) {
      const explained = await fetch(new URL('/explain', served.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `"ferry goal ${index}"`,
      });
      expect(await explained.json()).toMatchObject({ model: 'first' });
    }
  });
});
