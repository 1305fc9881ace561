import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { random } from '../../src/contracts/random.js';
import { codeOf } from '../../src/contracts/codeOf.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { heldTurns, type RawClient, serving } from './serving.js';

/** Asks for a document to be classified, up to where the server wants to hear it. */
const begin = async ({ socket, until }: RawClient): Promise<void> => {
  socket.write(
    'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
      'application/json\r\nContent-Length: 3\r\nExpect: ' +
      '100-continue\r\n\r\n',
  );
  await until(/100 Continue/);
};

/** Sends requests on one connection that is kept, until it is told to go elsewhere, or finds nobody there. */
const asking = async (url: URL, pauseMs: () => number): Promise<{ answered: number; lost: number; told: boolean }> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const result = { answered: 0, lost: 0, told: false };
  for (;;) {
    const [status, connection] = await new Promise<readonly [number | string, string | undefined]>((resolve) => {
      const sent = request(
        new URL('/classify', url),
        { agent, method: 'POST', headers: { 'content-type': 'application/json' } },
        (response) => {
          response.resume();
          response.once('end', () => resolve([response.statusCode ?? 0, response.headers.connection]));
          response.once('error', () => resolve(['broken', undefined]));
        },
      );
      sent.once('error', (error) => resolve([String(codeOf(error)), undefined]));
      sent.end('"ferry"');
    });
    if (status === 'ECONNREFUSED') break;
    if (status === 200) result.answered += 1;
    else result.lost += 1;
    if (connection === 'close') result.told = true;
    if (result.told || result.lost > 0) break;
    await setTimeout(pauseMs());
  }
  agent.destroy();
  return result;
};

describe('the end', () => {
  it('loses no request of clients that keep their connections', async () => {
    const { url, drain, ended, metric } = await serving({ drainIdleMs: 1000 });
    const pause = random(7, 'test');
    const clients = Array.from({ length: 30 }, () => asking(url, () => pause.below(60)));
    await metric('headwater_connections 31');
    await setTimeout(200);
    drain();
    const results = await Promise.all(clients);
    expect(results.map(({ lost, told }) => ({ lost, told }))).toEqual(
      Array.from({ length: 30 }, () => ({ lost: 0, told: true })),
    );
    await ended;
  });

  it('serves new connections for a time in which it is not ready', async () => {
    const { classify, drain, ended, get } = await serving({ drainDelayMs: 300, drainIdleMs: 10 });
    expect((await get('/readyz')).status).toBe(200);
    drain();
    expect((await get('/readyz', { connection: 'close' })).status).toBe(503);
    const answer = await classify('"ferry"', { connection: 'close' });
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    await ended;
    await expect(classify('"ferry"')).rejects.toThrow();
  });

  it('answers what was asked, then completes, and takes no connection more', async () => {
    const { turns, release } = heldTurns();
    const { classify, connect, metric, drain, ended, events, url } = await serving({ turns });
    const asked = classify('"ferry"');
    await metric('headwater_queue_headlines 1');
    const second = connect();
    await begin(second);
    drain();
    second.socket.write('"a"');
    release();
    expect(await second.closed).toContain('"title":"a"');
    const answer = await asked;
    expect(answer.status).toBe(200);
    expect(answer.headers.get('connection')).toBe('close');
    expect(await answer.json()).toMatchObject({ title: 'ferry' });
    await ended;
    expect(events.map(({ type }) => type)).toEqual(['listening', 'draining']);
    expect(events[1]).toEqual({ type: 'draining', requests: 2 });
    await expect(fetch(url)).rejects.toThrow();
  });

  it('answers what comes on a connection that is open still with "close", and is not ready but alive', async () => {
    const { connect, drain, ended } = await serving();
    const asked = [
      ['/readyz', /HTTP\/1.1 200 .*"title":"a".*HTTP\/1.1 503 .*connection: close.*urn:headwater:problem:draining/is],
      ['/model', /HTTP\/1.1 200 .*"title":"a".*HTTP\/1.1 200 .*connection: close.*"classes"/is],
      ['/healthz', /HTTP\/1.1 200 .*"title":"a".*HTTP\/1.1 200 .*connection: close.*"status":"ok"/is],
    ] as const;
    const busy = await Promise.all(
      asked.map(async () => {
        const client = connect();
        await begin(client);
        return client;
      }),
    );
    drain();
    // In one piece with the rest of the body: it is asked before the document is answered.
    asked.forEach(([path], index) => busy[index]?.socket.write(`"a"GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
    const answers = await Promise.all(busy.map(({ closed }) => closed));
    asked.forEach(([, answered], index) => expect(answers[index]).toMatch(answered));
    await ended;
  });

  it('lets listeners go, and connections that say nothing', async () => {
    const { connect, drain, ended } = await serving({ drainIdleMs: 20 });
    const [listener, silent] = [connect(), connect()];
    listener.socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await listener.until(/retry/);
    drain();
    expect(await listener.closed).toMatch(/\r\n0\r\n\r\n$/);
    await silent.closed;
    await ended;
  });

  it('ends JSON lines with a problem after the last answer', async () => {
    const { connect, drain, ended } = await serving({ drainMs: 400 });
    const client = connect();
    client.socket.write(
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
        'application/jsonl\r\nTransfer-Encoding: ' +
        'chunked\r\n\r\n4\r\n"a"\n\r\n',
    );
    await client.until(/"title":"a"/);
    drain();
    await client.until(/urn:headwater:problem:draining.*\r\n0\r\n\r\n$/s);
    client.socket.destroy();
    await ended;
  });

  it('cuts off what takes too long, and is an error then', async () => {
    const { classify, drain, ended, metric } = await serving({ turns: heldTurns().turns, drainMs: 50 });
    const asked = classify('"ferry"');
    asked.catch(() => undefined);
    await metric('headwater_queue_headlines 1');
    drain();
    await expect(ended).rejects.toMatchObject({ code: 'HW_HTTP_TIMEOUT' });
    await expect(asked).rejects.toThrow();
  });

  it('comes at once on unsubscription', async () => {
    const { connect, subscription } = await serving();
    const client = connect();
    client.socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.until(/retry/);
    subscription.unsubscribe();
    await client.closed;
  });
});

describe('the beginning', () => {
  it('is ready when the model has been warmed up, serves before, and counts none of it', async () => {
    const model = recordingModel();
    const { classify, get } = await serving({ model, warmUpMs: 1500 });
    const before = await get('/readyz');
    expect([before.status, before.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await classify('"ferry"')).status).toBe(200);
    await expect.poll(async () => (await get('/readyz')).status).toBe(200);
    expect(model.predicted.length).toBeGreaterThan(7);
    expect(await (await get('/metrics')).text()).toContain('headwater_batch_headlines_count 1\n');
  });
});
