import { describe, expect, it } from 'vitest';
import type { ModelView } from '../../src/contracts/training/TrainingView.js';
import { classifierConfig } from '../../src/models/ClassifierConfig.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { CLASSES, problemOf, type Served, serving, VOCABULARY, heldTurns } from './serving.js';

const ask = ({ url }: Served, body: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(new URL('/explain', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

describe('POST /explain', () => {
  it('answers a headline by its prediction and what each of its words did to it', async () => {
    const served = await serving();
    const response = await ask(served, '{"title":"The goal returns","guid":"g-1"}');
    expect(response.status).toBe(200);
    const { latencyMs, ...answer } = (await response.json()) as { readonly latencyMs: number };
    expect(latencyMs).toBeGreaterThanOrEqual(0);
    // The model goes by the first token: goal is of World, returns of World, and the unknown token of World.
    expect(answer).toEqual({
      model: 'recording',
      guid: 'g-1',
      title: 'The goal returns',
      class: 'World',
      probabilities: { World: 0.75, Sports: 0.25 },
      known: 2,
      words: [
        { word: 'The', start: 0, end: 3, read: 'left-out', effect: 0 },
        { word: 'goal', start: 4, end: 8, read: 'known', effect: 0 },
        { word: 'returns', start: 9, end: 16, read: 'known', effect: 0 },
      ],
    });
  });

  it('tells by how much the probability falls', async () => {
    const served = await serving();
    const { words } = (await (await ask(served, '"ferry returns"')).json()) as {
      readonly words: readonly { readonly word: string; readonly effect: number }[];
    };
    expect(words.map(({ word, effect }) => [word, effect])).toEqual([
      ['ferry', 0.5],
      ['returns', 0],
    ]);
  });

  it('takes one headline at a time, as JSON', async () => {
    const served = await serving();
    expect(await problemOf(await ask(served, '["goal"]'))).toEqual(['invalid', 422]);
    expect(await problemOf(await ask(served, '[]'))).toEqual(['invalid', 422]);
    expect(await problemOf(await ask(served, '{"title":""}'))).toEqual(['invalid', 422]);
    expect(await problemOf(await ask(served, 'goal'))).toEqual(['malformed', 400]);
    expect(await problemOf(await ask(served, '"goal"', { 'content-type': 'application/x-ndjson' }))).toEqual([
      'media-type',
      415,
    ]);
    expect(await problemOf(await ask(served, '"goal"', { 'content-type': 'text/plain' }))).toEqual(['media-type', 415]);
    expect(await problemOf(await served.get('/explain'))).toEqual(['method', 405]);
  });

  it('keeps to the limits of a document: a headline of as many words, no bytes beyond, and room for all of it in the queue', async () => {
    const served = await serving({ limits: { batch: 4, bodyBytes: 60, queue: 4 } });
    expect((await ask(served, '"goal cup the final"')).status).toBe(200);
    expect(await problemOf(await ask(served, '"goal cup final port"'))).toEqual(['too-many', 413]);
    expect(await problemOf(await ask(served, JSON.stringify('goal '.repeat(20))))).toEqual(['too-large', 413]);
    const waiting = await serving({ limits: { batch: 2, queue: 2 }, turns: heldTurns().turns });
    const client = waiting.connect();
    client.socket.write(
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 6\r\n\r\n"goal"',
    );
    await waiting.metric('headwater_queue_headlines 1');
    expect(await problemOf(await ask(waiting, '"goal"'))).toEqual(['queue-full', 503]);
    await waiting.metric('headwater_headlines_dropped_total{reason="queue-full"} 2');
  });

  it('wants the token', async () => {
    const served = await serving({ token: 'a-token-of-a-test' });
    expect(await problemOf(await ask(served, '"goal"'))).toEqual(['token', 401]);
    expect((await ask(served, '"goal"', { authorization: 'Bearer a-token-of-a-test' })).status).toBe(200);
  });

  it('tells nobody why the model failed, but that it did', async () => {
    const served = await serving({
      model: recordingModel({
        probabilities: () => {
          throw new Error('secret');
        },
      }),
    });
    const response = await ask(served, '"goal"');
    expect(await response.clone().text()).not.toContain('secret');
    expect(await problemOf(response)).toEqual(['failed', 500]);
    expect(served.events.at(-1)).toMatchObject({ type: 'failed', error: { message: 'secret' } });
  });
});

describe('GET /model', () => {
  it('tells what is known of the model', async () => {
    const scores = { precision: 0.5, recall: 0.25, f1: 0.333, num_samples: 4 };
    const about = {
      config: classifierConfig({ vocabularySize: VOCABULARY.tokenizer.size, classes: 2 }),
      performance: { overall: scores, class: { Sports: scores, World: scores } },
      training: {
        epochs: [
          {
            epoch: 1,
            trainLoss: 0.7,
            validationLoss: null,
            validationAccuracy: 0.5,
            validationMacroF1: null,
            learningRate: 1e-3,
            improved: true,
          },
        ],
        confusion: [3, 1, 0, 4],
        accuracy: 0.875,
        loss: 0.4,
      },
    };
    const { get } = await serving({ about });
    expect((await (await get('/model')).json()) as ModelView).toEqual({
      name: 'recording',
      modelId: null,
      classes: CLASSES,
      ...about,
    });
  });

  it('has null for what is not, and the name of the model that is in use now', async () => {
    let name = 'first';
    const { get } = await serving({ model: () => recordingModel({ name }) });
    expect(await (await get('/model')).json()).toEqual({
      name: 'first',
      modelId: null,
      classes: CLASSES,
      config: null,
      performance: null,
      training: null,
    });
    name = 'second';
    expect(await (await get('/model')).json()).toMatchObject({ name: 'second' });
  });

  it('wants the token', async () => {
    const { get } = await serving({ token: 'a-token-of-a-test' });
    expect(await problemOf(await get('/model'))).toEqual(['token', 401]);
  });
});
