import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { CandidateCounts } from '../../src/server/generations/Comparison.js';
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

  it('stays after a promotion and a rollback at a signal, until another model is loaded or someone asks', async () => {
    const reload$ = new Subject<void>();
    const loaded: string[] = [];
    let folder = 'A';
    const named = (modelId: string): ServedModel => ({ ...always(modelId), about: { modelId } });
    const served = await serving({
      ...named('A'),
      candidate: { served: named('B') },
      reload$,
      load: (known) => {
        loaded.push(known);
        return Promise.resolve(known === folder ? undefined : named(folder));
      },
    });
    const inUse = async (): Promise<string> => (await classOf(served))[1];
    const signal = async (): Promise<string> => {
      const { length } = loaded;
      reload$.next();
      await expect.poll(() => loaded.length).toBe(length + 1);
      return inUse();
    };
    await post(served, '/admin/promote');
    expect(await signal()).toBe('B');
    // The candidate is copied into the folder of the model.
    folder = 'B';
    expect(await signal()).toBe('B');
    expect(((await (await served.get('/admin/models')).json()) as { readonly before: string }).before).toBe('A');
    folder = 'C';
    reload$.next();
    await expect.poll(inUse).toBe('C');
    await post(served, '/admin/rollback');
    expect(await signal()).toBe('B');
    expect(loaded).toEqual(['A', 'A', 'B', 'C']);
    await post(served, '/admin/reload');
    expect(await inUse()).toBe('C');
  });

  it('has another candidate when a signal finds one, and keeps a promotion', async () => {
    const reload$ = new Subject<void>();
    const disposed: string[] = [];
    const named = (modelId: string): ServedModel => ({
      ...always(modelId),
      about: { modelId },
      dispose: () => void disposed.push(modelId),
    });
    let folder = 'B';
    const loaded: string[] = [];
    const served = await serving({
      ...named('A'),
      candidate: {
        served: named('B'),
        load: (known) => {
          loaded.push(known);
          if (folder === 'damaged') return Promise.reject(new Error('damaged'));
          return Promise.resolve(known === folder ? undefined : named(folder));
        },
      },
      reload$,
      load: () => Promise.resolve(undefined),
    });
    const candidate = async (): Promise<string | undefined> =>
      ((await (await served.get('/admin/models')).json()) as { readonly candidate: { readonly model: string } | null })
        .candidate?.model;
    const signal = async (): Promise<string | undefined> => {
      const { length } = loaded;
      reload$.next();
      await expect.poll(() => loaded.length).toBe(length + 1);
      return candidate();
    };
    await expect.poll(candidate).toBe('B');
    expect(await signal()).toBe('B');
    folder = 'damaged';
    expect(await signal()).toBe('B');
    folder = 'C';
    reload$.next();
    await expect.poll(candidate).toBe('C');
    expect(disposed).toEqual(['B']);
    await post(served, '/admin/promote');
    expect(await signal()).toBeUndefined();
    folder = 'D';
    reload$.next();
    await expect.poll(candidate).toBe('D');
    expect(loaded).toEqual(['B', 'B', 'B', 'C', 'C']);
    expect(served.events.filter(({ type }) => type === 'model')).toEqual([
      { type: 'model', change: { type: 'candidate', model: 'C', before: 'B' } },
      { type: 'model', change: { type: 'promoted', model: 'C', before: 'A' } },
      { type: 'model', change: { type: 'candidate', model: 'D', before: null } },
    ]);
    expect(served.events.filter(({ type }) => type === 'failed')).toHaveLength(1);
  });

  it('starts without a candidate that cannot be read, tells it everywhere, and takes it once it can be', async () => {
    const reload$ = new Subject<void>();
    let isDamaged = true;
    const served = await serving({
      ...always('A'),
      candidate: {
        load: () => (isDamaged ? Promise.reject(new Error('damaged')) : Promise.resolve(always('B'))),
      },
      reload$,
      load: () => Promise.resolve(undefined),
    });
    const models = async (): Promise<unknown> => (await served.get('/admin/models')).json();
    await expect.poll(models).toMatchObject({ inUse: 'A', candidate: null, candidateError: 'damaged' });
    await served.metric('headwater_candidate_load_failed 1');
    expect(served.events).toContainEqual({ type: 'failed', error: new Error('damaged') });
    expect((await served.classify('"ferry"')).status).toBe(200);
    isDamaged = false;
    reload$.next();
    await expect.poll(models).toMatchObject({ candidate: { model: 'B' }, candidateError: null });
    await served.metric('headwater_candidate_load_failed 0');
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
    expect(await (await served.get('/admin/models')).json()).toMatchObject({
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

  const label = (served: Served, title: string, category: string): Promise<Response> =>
    fetch(new URL('/labels', served.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title, category }),
    });

  const candidateOf = async (served: Served): Promise<CandidateCounts> =>
    ((await (await served.get('/admin/models')).json()) as { readonly candidate: CandidateCounts }).candidate;

  it('is judged as a canary by what both models do, and by their labels', async () => {
    const served = await serving({
      ...always('first'),
      candidate: { served: always('second', ['Culture', 'World'], 1), role: { type: 'canary', share: 0.5 } },
      labels: () => Promise.resolve(),
    });
    const titles = JSON.stringify(Array.from({ length: 100 }, (_, index) => `goal ${index}`));
    await served.classify(titles);
    await expect.poll(async () => (await candidateOf(served)).compared).toBe(10);
    const { agreed, inUse, candidate } = await candidateOf(served);
    expect(agreed).toBe(0);
    expect(inUse.headlines + candidate.headlines).toBe(100);
    expect(candidate.headlines).toBeGreaterThan(20);
    expect([inUse.classes[0]?.class, candidate.classes[0]?.class]).toEqual(['Sports', 'World']);
    expect(candidate.confidence).toBeCloseTo(0.9);
    expect(candidate.classifyMs).toBeGreaterThan(0);

    for (let index = 0; index < 12; index++) await label(served, `ferry ${index}`, 'World');
    // A label that corrects another one takes its place.
    await label(served, 'ferry 3', 'Sports');
    const { labels } = await candidateOf(served);
    expect(labels).toMatchObject({
      labels: 12,
      inUse: { right: 1 },
      candidate: { right: 11 },
      onlyInUse: 1,
      onlyCandidate: 11,
      better: 'candidate',
    });
    expect(labels.candidate.logLoss).toBeCloseTo((-11 * Math.log(0.9) - Math.log(2 ** -149)) / 12);
    expect(labels.candidate.interval?.map((bound) => bound.toFixed(2))).toEqual(['0.65', '0.99']);
    const metrics = await (await served.get('/metrics')).text();
    expect(metrics).toContain('headwater_comparison_labels{model="second",role="candidate"} 12');
    expect(metrics).toContain(`headwater_comparison_accuracy{model="first",role="in-use"} ${1 / 12}`);
    // The comparison is with the model in use.
    await post(served, '/admin/promote');
    expect(await candidateOf(served)).toBeNull();
  });

  it('is compared anew with another model in use, and on no explanation', async () => {
    const served = await serving({
      ...always('first'),
      candidate: { served: always('second') },
      load: () => Promise.resolve(always('third')),
    });
    await fetch(new URL('/explain', served.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '"ferry goal"',
    });
    await classOf(served);
    await expect.poll(async () => (await candidateOf(served)).compared).toBe(1);
    await post(served, '/admin/reload');
    expect(await candidateOf(served)).toMatchObject({ compared: 0, inUse: { headlines: 0 } });
  });

  it('fails without an effect on answers, is counted, and is told once', async () => {
    let rows = 0;
    const failing = Object.assign(always('second'), {
      model: recordingModel({
        name: 'second',
        probabilities: () => {
          // It passes the test batch of four headlines.
          if (rows++ >= 4) throw new Error('out of memory');
          return [0.1, 0.9];
        },
      }),
    });
    const served = await serving({
      ...always('first'),
      candidate: { served: failing, role: { type: 'canary', share: 1 } },
    });
    expect(await classOf(served)).toEqual(['Sports', 'first']);
    expect(await classOf(served)).toEqual(['Sports', 'first']);
    expect((await candidateOf(served)).candidate).toMatchObject({ headlines: 0, errors: 2 });
    expect(served.events.filter(({ type }) => type === 'failed')).toHaveLength(1);
    expect(await (await served.get('/metrics')).text()).toContain('headwater_candidate_errors_total{model="second"} 2');
  });

  it('is left out where it fails its test, while the model in use serves', async () => {
    const broken = Object.assign(always('broken'), {
      model: recordingModel({ name: 'broken', probabilities: () => [0.9, 0.9] }),
    });
    const served = await serving({ ...always('first'), candidate: { served: broken } });
    expect(await classOf(served)).toEqual(['Sports', 'first']);
    expect(await candidateOf(served)).toBeNull();
    expect(broken.disposed).toBe(true);
    expect(served.events).toMatchObject([{ type: 'failed' }, { type: 'listening' }]);
  });
});
