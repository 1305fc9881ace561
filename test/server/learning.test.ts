import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { from } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import { classifier } from '../../src/models/classifier.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { linearConfig } from '../../src/models/linear/LinearConfig.js';
import type { Label } from '../../src/server/generations/Label.js';
import { readLabels } from '../../src/server/labels/readLabels.js';
import { serveModel } from '../../src/server/serveModel.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { headline } from '../operators/live/headline.js';
import { problemOf, type Served, serving, VOCABULARY } from './serving.js';

const folder = mkdtempSync(join(tmpdir(), 'headwater-learning-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const label = async (served: Served, title: string, category: string): Promise<Response> => {
  const answer = await fetch(new URL('/labels', served.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ title, category }),
  });
  expect(answer.status).toBe(200);
  return answer;
};

const classOf = async (served: Served): Promise<string> =>
  ((await (await served.classify('"ferry returns"')).json()) as { readonly class: string }).class;

const tiny = () =>
  classifier(classifierConfig({ vocabularySize: VOCABULARY.tokenizer.size, classes: 2, hiddenDim: 4, fcDim: 4 }), {
    seed: 1,
  });

const kept = (category: string): Label => ({
  title: 'ferry returns',
  category,
  labelled: '',
  predicted: '',
  model: 'gru',
});

const eventsOf = async (served: Served): Promise<string> => {
  const client = served.connect();
  client.socket.write('GET /events?last=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n');
  return client.until(/event: trial\ndata: .*\n/);
};

describe('a server that learns', () => {
  it('answers otherwise once it was told often enough, and again after a restart', async () => {
    const model = tiny();
    const served = await serving({ model, labels: () => Promise.resolve(), learn: { learningRate: 0.05 } });
    const before = await classOf(served);
    const other = before === 'Sports' ? 'World' : 'Sports';
    for (let times = 0; times < 20; times++) await label(served, 'ferry returns', other);
    expect(await classOf(served)).toBe(other);
    await served.metric('headwater_labels_learnt_total{model="gru"} 20');

    const past = Array.from({ length: 20 }, () => kept(other));
    const again = tiny();
    const restarted = await serving({
      model: again,
      labels: () => Promise.resolve(),
      learn: { learningRate: 0.05, past },
    });
    await expect.poll(async () => (await restarted.get('/readyz')).status).toBe(200);
    // Equal labels in an equal order give equal weights.
    expect(again.stateDict()).toEqual(model.stateDict());
    model.dispose();
    again.dispose();
  });

  it('tells how often the model would have been right without learning', async () => {
    const model = tiny();
    const copy = tiny();
    let disposed = 0;
    const served = await serving({
      model,
      unlearnt: () => Object.assign(copy, { dispose: () => void (disposed += 1) }),
      labels: () => Promise.resolve(),
      learn: { learningRate: 0.05 },
    });
    const other = (await classOf(served)) === 'Sports' ? 'World' : 'Sports';
    // Other ids, so that each of them is a label of its own.
    for (let id = 0; id < 20; id++)
      await fetch(new URL('/labels', served.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ title: 'ferry returns', category: other, guid: String(id) }),
      });
    const client = served.connect();
    client.socket.write('GET /events?last=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const told = await client.until(/"labels":20,.*\n/);
    const [, accuracy = 0] = /"labels":20,"accuracy":([\d.]+),"accuracyBefore":0,/.exec(told) ?? [];
    expect(Number(accuracy)).toBeGreaterThan(0.3);
    served.subscription.unsubscribe();
    expect(disposed).toBe(1);
    model.dispose();
  });

  it('learns each model at the rate that suits its architecture', async () => {
    const config = linearConfig({ classes: 2, columns: 8 });
    const [first, second] = [recordingModel({ name: 'first' }), recordingModel({ name: 'second' })];
    const served = await serving({
      model: first,
      about: { config },
      labels: () => Promise.resolve(),
      learn: {},
      load: () => Promise.resolve({ ...VOCABULARY, model: second }),
    });
    await label(served, 'ferry', 'World');
    await fetch(new URL('/admin/reload', served.url), { method: 'POST' });
    await label(served, 'ferry', 'World');
    expect([first, second].map(({ contexts }) => contexts.map(({ learningRate }) => learningRate))).toEqual([
      [0.5],
      [0.001],
    ]);
  });

  it('does not teach a model what the model before it has predicted', async () => {
    const [first, second] = [recordingModel({ name: 'first' }), recordingModel({ name: 'second' })];
    const past = Array.from({ length: 200 }, () => kept('World'));
    const served = await serving({
      model: first,
      labels: async () => {
        await fetch(new URL('/admin/reload', served.url), { method: 'POST' });
      },
      learn: { past },
      load: () => Promise.resolve({ ...VOCABULARY, model: second }),
    });
    await label(served, 'ferry', 'World');
    await expect.poll(async () => (await served.get('/readyz')).status).toBe(200);
    expect(second.trained).toEqual([]);
    await served.metric('headwater_labels_total{class="World",correct="false",model="first"} 1');
  });

  it('does not change a model that is not to learn', async () => {
    const model = recordingModel();
    const served = await serving({ model, labels: () => Promise.resolve() });
    await label(served, 'ferry', 'World');
    expect(model.trained).toEqual([]);
  });

  it('sets back a model that has got worse, and tells it', async () => {
    const model = recordingModel({ probabilities: () => (model.steps < 2 ? [0.9, 0.1] : [0.1, 0.9]) });
    const served = await serving({ model, labels: () => Promise.resolve(), learn: { trialRows: 6 } });
    for (let times = 0; times < 6; times++) await label(served, 'ferry', 'Sports');
    expect(await eventsOf(served)).toMatch(/"type":"rolled-back".*"accuracyBefore":1/);
    expect(served.events.at(-1)).toMatchObject({ type: 'trial', ended: { type: 'rolled-back', rows: 6 } });
    await served.metric('headwater_learning_trials_total{result="rolled-back",model="recording"} 1');
    // The sixth label is learnt after the trial has ended.
    expect(model.steps).toBe(1);
  });

  it('goes on serving where a step fails, and tells it', async () => {
    const model = recordingModel({
      losses: () => {
        throw new HeadwaterError('HW_NUMERIC', 'The loss is no number.');
      },
    });
    const served = await serving({ model, labels: () => Promise.resolve(), learn: {} });
    await label(served, 'ferry', 'World');
    await label(served, 'ferry', 'World');
    expect(served.events.filter(({ type }) => type === 'failed')).toHaveLength(1);
    expect((await served.classify('"ferry"')).status).toBe(200);
  });

  it('refuses a model that cannot learn while it is served', () => {
    const model = recordingModel();
    expect(() => serveModel({ model: () => model, ...VOCABULARY, learn: {} })).toThrow(
      /cannot learn while it is served/,
    );
  });

  it('refuses an unknown class as before', async () => {
    const served = await serving({ labels: () => Promise.resolve(), learn: {} });
    const answer = await fetch(new URL('/labels', served.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"title":"ferry","category":"Weather"}',
    });
    expect(await problemOf(answer)).toEqual(['invalid', 422]);
  });
});

describe('the labels of a file', () => {
  it('are those of one model; what is no label is left out, and a missing file has none', async () => {
    const file = join(folder, 'labels.jsonl');
    writeFileSync(
      file,
      [
        kept('Sports'),
        { ...kept('World'), title: 'goal', model: 'other' },
        { title: 'x', category: 'y' },
        { ...kept('World'), title: 'port' },
      ]
        .map((one) => JSON.stringify(one))
        .join('\n') + '\n{"title":"cut',
    );
    expect((await readLabels(file, 'gru')).map(({ category }) => category)).toEqual(['Sports', 'World']);
    expect(await readLabels(join(folder, 'none.jsonl'), 'gru')).toEqual([]);
    await expect(readLabels(folder, 'gru')).rejects.toMatchObject({ code: 'HW_PATH' });
  });

  it('reads the last label of a headline, also where another model was in use when it was corrected', async () => {
    const file = join(folder, 'corrected.jsonl');
    const one = (title: string, category: string, model: string): string =>
      `${JSON.stringify({ title, category, labelled: '', predicted: '', model })}\n`;
    writeFileSync(
      file,
      one('ferry', 'Sports', 'a') +
        one('goal', 'World', 'a') +
        one('port', 'World', 'a') +
        one('ferry', 'World', 'a') +
        one('goal', 'Sports', 'b'),
    );
    expect((await readLabels(file, 'a')).map(({ title, category }) => `${title} ${category}`)).toEqual([
      'port World',
      'ferry World',
    ]);
  });
});

describe('drift', () => {
  it('of the mix of classes is told for feeds, class by class', async () => {
    const served = await serving({
      history: 1000,
      headlines: () =>
        from(
          (async function* () {
            for (let id = 0; id < 400; id++) {
              await Promise.resolve();
              yield headline({
                id,
                title: id < 200 ? 'ferry' : 'returns',
                source: 'feed',
                seen: Date.now(),
              });
            }
          })(),
        ),
    });
    const client = served.connect();
    client.socket.write('GET /events?last=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await client.until(/"of":"class-mix","class":"World"/)).toMatch(/"of":"class-mix","class":"Sports"/);
    expect(served.events).toContainEqual(
      expect.objectContaining({ drift: expect.objectContaining({ of: 'class-mix' }) as unknown }),
    );
  });
});
