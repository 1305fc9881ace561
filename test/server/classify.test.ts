import { describe, expect, it } from 'vitest';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { problemOf, serving, heldTurns } from './serving.js';

interface Answer {
  readonly guid?: string;
  readonly title: string;
  readonly class: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

const LINES = { 'content-type': 'application/x-ndjson' };

const lines = async (response: Response): Promise<readonly Record<string, unknown>[]> =>
  (await response.text())
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('POST /classify', () => {
  it('answers one headline with its class, the distribution and what it was sent with', async () => {
    const { classify } = await serving();
    const response = await classify('{"title":"Ferry returns","guid":"g-1","other":true}');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    const answer = (await response.json()) as Answer;
    expect(answer).toMatchObject({ title: 'Ferry returns', guid: 'g-1' });
    expect(Object.values(answer.probabilities)).toEqual([0.75, 0.25]);
    expect(Object.keys(answer.probabilities)[0]).toBe(answer.class);
  });

  it('answers an array in its order, over more batches than one', async () => {
    const { classify } = await serving({ batchSize: 3 });
    const titles = Array.from({ length: 10 }, (_, index) => `goal ${index}`);
    const answers = (await (await classify(JSON.stringify(titles))).json()) as readonly Answer[];
    expect(answers.map(({ title }) => title)).toEqual(titles);
  });

  it('answers nothing with nothing', async () => {
    const { classify } = await serving();
    expect(await (await classify('[]')).text()).toBe('[]');
    expect(await (await classify('[]', { accept: 'application/x-ndjson' })).text()).toBe('');
    expect(await (await classify('', LINES)).text()).toBe('');
  });

  it('answers JSON lines by a line each, and what is no headline by a problem in its place', async () => {
    const { classify } = await serving({ limits: { bodyBytes: 60, titleLength: 20 } });
    const long = `{"title":"${'x'.repeat(60)}"}`;
    const body = Buffer.concat([
      Buffer.from('{"title":"ferry"}\r\n\nnope\n"cup"\n{"title":7}\n'),
      Buffer.from([0x22, 0xff, 0x22, 0x0a]),
      Buffer.from(`${long}\n"${'y'.repeat(21)}"\n"goal"`),
    ]);
    const response = await classify(new Uint8Array(body), LINES);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const answers = await lines(response);
    expect(answers.map(({ title, type }) => type ?? title)).toEqual([
      'ferry',
      'urn:headwater:problem:malformed',
      'cup',
      'urn:headwater:problem:invalid',
      'urn:headwater:problem:malformed',
      'urn:headwater:problem:too-large',
      'urn:headwater:problem:invalid',
      'goal',
    ]);
    expect(answers.flatMap(({ line }) => (line === undefined ? [] : [line]))).toEqual([3, 5, 6, 7, 8]);
  });

  it('gives the other form to whoever accepts that alone, or rather', async () => {
    const { classify } = await serving();
    const one = await classify('"ferry"', { accept: 'application/json;q=0.4, application/x-ndjson' });
    expect(await lines(one)).toMatchObject([{ title: 'ferry' }]);
    const many = await classify('"ferry"\n"cup"\n', { ...LINES, accept: 'application/json' });
    expect(await many.json()).toMatchObject([{ title: 'ferry' }, { title: 'cup' }]);
    expect(await problemOf(await classify('"ferry"', { accept: 'text/html, application/json;q=0' }))).toEqual([
      'not-acceptable',
      406,
    ]);
    expect((await classify('"ferry"', { accept: 'text/html, */*;q=0.1' })).status).toBe(200);
  });

  it('answers a line while the next is not yet sent', async () => {
    const { connect } = await serving();
    const client = connect();
    client.socket.write(
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
        'application/jsonl\r\nTransfer-Encoding: ' +
        'chunked\r\n\r\n8\r\n"ferry"\n\r\n',
    );
    await client.until(/"title":"ferry"/);
    client.socket.write('6\r\n"cup"\n\r\n');
    await client.until(/"title":"cup"/);
    client.socket.write('0\r\n\r\n');
    await client.until(/\r\n0\r\n\r\n$/);
  });

  it('takes more JSON lines than a batch or the queue holds, and keeps their order', async () => {
    const { classify } = await serving({ batchSize: 4, limits: { batch: 8, queue: 8 } });
    const titles = Array.from({ length: 500 }, (_, index) => `goal ${index}`);
    const answers = await lines(await classify(titles.map((title) => JSON.stringify(title)).join('\n'), LINES));
    expect(answers.map(({ title }) => title)).toEqual(titles);
  });

  it('classifies headlines of many clients together', async () => {
    const model = recordingModel();
    const { turns, release } = heldTurns();
    const { classify, metric } = await serving({ model, turns });
    const asked = Array.from({ length: 8 }, (_, index) => classify(`"goal ${index}"`));
    await metric('headwater_queue_headlines 8');
    release();
    await Promise.all(asked);
    expect(model.predicted.map(({ size }) => size)).toEqual([8]);
  });

  it('does not classify what a client asked for that has left', async () => {
    const model = recordingModel();
    const { turns, release } = heldTurns();
    const { url, classify, metric } = await serving({ model, turns });
    const leaving = new AbortController();
    const left = fetch(new URL('/classify', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '"ferry"',
      signal: leaving.signal,
    });
    await metric('headwater_queue_headlines 1');
    leaving.abort();
    await expect(left).rejects.toThrow();
    await metric('headwater_http_request_duration_seconds_count{route="/classify",status="499"} 1');
    const asked = [classify('"goal"'), classify('"cup"')];
    await metric('headwater_queue_headlines 3');
    release();
    const others = await Promise.all(asked);
    expect(others.map(({ status }) => status)).toEqual([200, 200]);
    expect(model.predicted.map(({ size }) => size)).toEqual([2]);
    expect(await (await fetch(new URL('/metrics', url))).text()).toContain(
      'headwater_headlines_dropped_total{reason="abandoned"} 1',
    );
  });

  it('answers 500 where the model throws, tells why, and goes on', async () => {
    let broken = true;
    const { classify, events } = await serving({
      model: recordingModel({
        probabilities: () => {
          if (broken) throw new RangeError('no luck');
          return [0.5, 0.5];
        },
      }),
    });
    expect(await problemOf(await classify('"ferry"'))).toEqual(['failed', 500]);
    expect(await lines(await classify('"ferry"\n', LINES))).toMatchObject([{ status: 500, line: 1 }]);
    expect(events.filter(({ type }) => type === 'failed')).toEqual([
      { type: 'failed', error: new RangeError('no luck') },
      { type: 'failed', error: new RangeError('no luck') },
    ]);
    broken = false;
    expect((await classify('"ferry"')).status).toBe(200);
  });

  it.each([
    ['no JSON', '{"title":', {}, 'malformed', 400],
    ['nothing', '', {}, 'malformed', 400],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), {}, 'malformed', 400],
    ['no headline', '7', {}, 'invalid', 422],
    ['a blank title', '{"title":" "}', {}, 'invalid', 422],
    ['an array within the array', '[["ferry"]]', {}, 'invalid', 422],
    ['a link that is none', '{"title":"ferry","link":"javascript:alert(1)"}', {}, 'invalid', 422],
    ['a document as deep as it is long', '['.repeat(100_000), {}, 'malformed', 400],
    ['deep nesting that is JSON', `${'['.repeat(50_000)}${']'.repeat(50_000)}`, {}, 'invalid', 422],
    ['another type', 'ferry', { 'content-type': 'text/plain' }, 'media-type', 415],
    ['another charset', '"ferry"', { 'content-type': 'application/json; charset=latin1' }, 'media-type', 415],
    ['a compressed body', '"ferry"', { 'content-encoding': 'gzip' }, 'media-type', 415],
  ])('refuses %s', async (_what, body, headers, kind, status) => {
    const { classify } = await serving();
    expect(await problemOf(await classify(body, headers))).toEqual([kind, status]);
  });

  it('points to the faults of an array, and classifies nothing of it', async () => {
    const model = recordingModel();
    const { classify } = await serving({ model });
    const response = await classify('["ferry",{"title":""},7]');
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      errors: [{ pointer: '/1/title' }, { pointer: '/2', detail: 'Expected a title or a JSON object, got 7.' }],
    });
    expect(model.predicted).toEqual([]);
  });
});
