import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Label } from '../../src/server/generations/Label.js';
import { labelFile } from '../../src/server/labels/labelFile.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { problemOf, type Served, serving, VOCABULARY } from './serving.js';

const folder = mkdtempSync(join(tmpdir(), 'headwater-labels-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const label = (served: Served, body: unknown): Promise<Response> =>
  fetch(new URL('/labels', served.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('POST /labels', () => {
  it('keeps the right class of a headline, scored by what the model says', async () => {
    const file = join(folder, 'labels.jsonl');
    const served = await serving({ labels: labelFile(file) });
    const answers = await Promise.all([
      label(served, { title: 'ferry', category: 'World', guid: 'g-1' }),
      label(served, { title: 'ferry', category: 'Sports' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const kept = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(kept.map((line) => JSON.parse(line) as Label).sort((a, b) => a.category.localeCompare(b.category))).toEqual([
      {
        title: 'ferry',
        category: 'Sports',
        labelled: expect.any(String) as string,
        predicted: 'Sports',
        model: 'recording',
      },
      {
        title: 'ferry',
        category: 'World',
        guid: 'g-1',
        labelled: expect.any(String) as string,
        predicted: 'Sports',
        model: 'recording',
      },
    ]);
    await served.metric('headwater_labels_total{class="World",correct="false",model="recording"} 1');
  });

  it('tells the listeners which headline was labelled, by the key that the client sends', async () => {
    const kept: Label[] = [];
    const served = await serving({ labels: (one) => Promise.resolve(void kept.push(one)) });
    for (const key of ['8f8304c7044f5dbc', 7, 'k'.repeat(201)])
      expect((await label(served, { title: 'ferry', category: 'World', key })).status).toBe(200);
    expect(kept.map(({ key }) => key)).toEqual(['8f8304c7044f5dbc', undefined, undefined]);
    const leaving = new AbortController();
    const events = await fetch(new URL('/events?last=10', served.url), { signal: leaving.signal });
    let text = '';
    for await (const chunk of events.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.split('event: label').length === 4 && text.endsWith('\n\n')) break;
    }
    leaving.abort();
    expect([...text.matchAll(/"predicted":"Sports"(,"key":"[^"]*")?/g)].map(([, key]) => key)).toEqual([
      ',"key":"8f8304c7044f5dbc"',
      undefined,
      undefined,
    ]);
  });

  it('scores the model in use, and no canary', async () => {
    const kept: Label[] = [];
    const served = await serving({
      labels: (one) => Promise.resolve(void kept.push(one)),
      candidate: {
        served: { ...VOCABULARY, model: recordingModel({ name: 'canary' }) },
        role: { type: 'canary', share: 1 },
      },
    });
    expect(await (await served.classify('"ferry"')).json()).toMatchObject({ model: 'canary' });
    expect((await label(served, { title: 'ferry', category: 'World' })).status).toBe(200);
    expect(kept).toMatchObject([{ title: 'ferry', model: 'recording' }]);
  });

  it('begins a line of its own after one that was cut off', async () => {
    const file = join(folder, 'cut.jsonl');
    writeFileSync(file, '{"title":"ferry","cat');
    const keep = labelFile(file);
    const one = { title: 'goal', category: 'Sports', guid: undefined, labelled: '', predicted: '', model: '' };
    await Promise.all([keep(one), keep(one)]);
    const line = JSON.stringify(one);
    expect(readFileSync(file, 'utf8')).toBe(`{"title":"ferry","cat\n${line}\n${line}\n`);
  });

  it('refuses a class that the model does not know, and what is no headline', async () => {
    const kept: Label[] = [];
    const served = await serving({
      labels: (one) => {
        kept.push(one);
        return Promise.resolve();
      },
    });
    expect(await problemOf(await label(served, { title: 'ferry', category: 'Weather' }))).toEqual(['invalid', 422]);
    expect(await problemOf(await label(served, { title: 'ferry' }))).toEqual(['invalid', 422]);
    expect(await problemOf(await label(served, { category: 'World' }))).toEqual(['invalid', 422]);
    const malformed = await fetch(new URL('/labels', served.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"title":',
    });
    expect(await problemOf(malformed)).toEqual(['malformed', 400]);
    expect(kept).toEqual([]);
  });

  it('is refused where none are kept, and fails where they cannot be', async () => {
    const none = await serving();
    expect(await problemOf(await label(none, { title: 'ferry', category: 'World' }))).toEqual(['no-labels', 404]);
    const broken = await serving({ labels: labelFile(join(folder, 'no/such/folder/labels.jsonl')) });
    expect(await problemOf(await label(broken, { title: 'ferry', category: 'World' }))).toEqual(['failed', 500]);
  });

  it('tells when the model has begun to be wrong', async () => {
    const served = await serving({ labels: () => Promise.resolve() });
    for (let index = 0; index < 120; index++)
      await label(served, { title: 'ferry', category: index < 60 ? 'Sports' : 'World' });
    const client = served.connect();
    client.socket.write('GET /events?last=200 HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await client.until(/event: drift\ndata: .*\n/)).toMatch(/"of":"errors","before":0,"after":/);
  });
});
