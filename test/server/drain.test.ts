import { describe, expect, it } from 'vitest';
import { type RawClient, serving } from './serving.js';

/** Asks for a document to be classified, up to where the server wants to hear it. */
const begin = async ({ socket, until }: RawClient): Promise<void> => {
  socket.write(
    'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n',
  );
  await until(/100 Continue/);
};

describe('the end', () => {
  it('answers what was asked, then completes, and takes nothing more', async () => {
    const { classify, connect, metric, drain, ended, events, url } = await serving({
      batchSize: 2,
      maxWaitMs: 60_000,
      limits: { batch: 2 },
    });
    const asked = classify('"ferry"');
    await metric('headwater_queue_headlines 1');
    const second = connect();
    await begin(second);
    drain();
    // The one that the first waits for.
    second.socket.write('"a"');
    expect(await second.closed).toContain('"title":"a"');
    const answer = await asked;
    expect(answer.status).toBe(200);
    expect(answer.headers.get('connection')).toBe('keep-alive');
    expect(await answer.json()).toMatchObject({ title: 'ferry' });
    await ended;
    expect(events.map(({ type }) => type)).toEqual(['listening', 'draining']);
    expect(events[1]).toEqual({ type: 'draining', requests: 2 });
    await expect(fetch(url)).rejects.toThrow();
  });

  it('answers what comes on a connection that is open still with 503, and is not ready but alive', async () => {
    const { connect, drain, ended } = await serving();
    const asked = [
      ['/readyz', /HTTP\/1.1 200 .*"title":"a".*HTTP\/1.1 503 .*connection: close.*urn:headwater:problem:draining/is],
      ['/model', /HTTP\/1.1 200 .*"title":"a".*HTTP\/1.1 503 .*connection: close.*urn:headwater:problem:draining/is],
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
    const { connect, drain, ended } = await serving();
    const [listener, silent] = [connect(), connect()];
    listener.socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await listener.until(/retry/);
    drain();
    expect(await listener.closed).toMatch(/\r\n0\r\n\r\n$/);
    await silent.closed;
    await ended;
  });

  it('ends JSON lines with a problem after the last answer', async () => {
    const { connect, drain, ended } = await serving();
    const client = connect();
    client.socket.write(
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/jsonl\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n"a"\n\r\n',
    );
    await client.until(/"title":"a"/);
    drain();
    await client.until(/urn:headwater:problem:draining.*\r\n0\r\n\r\n$/s);
    client.socket.destroy();
    await ended;
  });

  it('cuts off what takes too long, and is an error then', async () => {
    const { classify, drain, ended, metric } = await serving({ maxWaitMs: 60_000, drainMs: 50 });
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
