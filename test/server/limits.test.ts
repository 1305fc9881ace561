import { once } from 'node:events';
import { Server } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { heldTurns, problemOf, serving } from './serving.js';

const POST = 'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

describe('limits', () => {
  it('refuses a body over the limit: before it is sent where its length is told', async () => {
    const { connect, classify } = await serving({ limits: { bodyBytes: 1000 } });
    const client = connect();
    client.socket.write(`${POST}Content-Length: 1001\r\n\r\n`);
    expect(await client.until(/\r\n\r\n\{.*\}$/)).toMatch(/^HTTP\/1.1 413 .*"type":"urn:headwater:problem:too-large"/s);
    expect((await classify(JSON.stringify('x'.repeat(900)))).status).toBe(200);
  });

  it('refuses it as soon as it is too long where its length is not told, and lets the client read the answer', async () => {
    const { connect } = await serving({ limits: { bodyBytes: 1000 } });
    const client = connect();
    client.socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\n`);
    for (let sent = 0; sent < 20; sent++) client.socket.write(`1000\r\n${'x'.repeat(4096)}\r\n`);
    await client.until(/^HTTP\/1.1 413 .*too-large/s);
    // The rest of the body comes and is thrown away, and the connection serves the next request.
    client.socket.write('0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.until(/"status":"ok"/);
  });

  it('cuts a client off that does not stop sending what was refused', async () => {
    const { connect } = await serving({ limits: { bodyBytes: 1000 } });
    const client = connect();
    client.socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\n`);
    const sending = setInterval(() => client.socket.write(`1000\r\n${'x'.repeat(4096)}\r\n`), 5);
    expect(await client.closed).toMatch(/^HTTP\/1.1 413 /);
    clearInterval(sending);
  });

  it('refuses too many headlines, and titles that are too long', async () => {
    const { classify } = await serving({ limits: { batch: 3, titleLength: 10 } });
    expect(await problemOf(await classify('["a","b","c","d"]'))).toEqual(['too-many', 413]);
    expect((await classify('["a","b","0123456789"]')).status).toBe(200);
    const long = await classify('["a","01234567890"]');
    expect(long.status).toBe(422);
    expect(await long.json()).toMatchObject({ errors: [{ pointer: '/1' }] });
  });

  it('refuses what finds no room in the queue, says when to come back, and counts it', async () => {
    const { classify, get, metric } = await serving({
      turns: heldTurns().turns,
      limits: { batch: 3, queue: 3 },
    });
    const waiting = classify('["a","b"]');
    await metric('headwater_queue_headlines 2');
    const refused = await classify('["c","d"]');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await problemOf(refused)).toEqual(['queue-full', 503]);
    expect(await (await get('/metrics')).text()).toContain('headwater_headlines_dropped_total{reason="queue-full"} 2');
    const third = classify('"c"');
    await metric('headwater_queue_headlines 3');
    void waiting.catch(() => undefined);
    void third.catch(() => undefined);
  });

  it('lets as many clients connect together as it serves, also while it is busy', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen');
    await serving({ limits: { connections: 900 } });
    expect(listen).toHaveBeenCalledWith(expect.objectContaining({ backlog: 900 }), expect.anything());
    listen.mockRestore();
  });

  it('answers a connection too many with a problem, and serves it when others have gone', async () => {
    const { connect, get } = await serving({ limits: { connections: 2 } });
    const [first, second] = [connect(), connect()];
    await Promise.all([once(first.socket, 'connect'), once(second.socket, 'connect')]);
    const third = connect();
    third.socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    expect(await third.closed).toMatch(/^HTTP\/1.1 503 .*"type":"urn:headwater:problem:connections"/s);
    first.socket.destroy();
    second.socket.destroy();
    await expect.poll(async () => (await get('/healthz', { connection: 'close' })).status).toBe(200);
  });

  it('refuses a document that arrives too slowly', async () => {
    const { connect } = await serving({ limits: { arrivalMs: 50 } });
    const client = connect();
    client.socket.write(`${POST}Content-Length: 10\r\n\r\n"a`);
    expect(await client.until(/slow/)).toMatch(/^HTTP\/1.1 408 /);
  });

  it('ends JSON lines that do not go on, with a problem as the last line', async () => {
    const { connect } = await serving({ limits: { arrivalMs: 50 } });
    const client = connect();
    client.socket.write(
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
        'application/x-ndjson\r\nTransfer-Encoding: ' +
        'chunked\r\n\r\n4\r\n"a"\n\r\n',
    );
    await client.until(/"title":"a".*"type":"urn:headwater:problem:slow".*\r\n0\r\n\r\n$/s);
  });

  it('ends a line that never ends, though its bytes keep coming', async () => {
    const { connect } = await serving({ limits: { arrivalMs: 100 } });
    const client = connect();
    client.socket.write(
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
        'application/x-ndjson\r\nTransfer-Encoding: ' +
        'chunked\r\n\r\n1\r\n"\r\n',
    );
    const dripping = setInterval(() => client.socket.write('1\r\nx\r\n'), 20);
    await client.until(/"type":"urn:headwater:problem:slow".*\r\n0\r\n\r\n$/s);
    clearInterval(dripping);
  });

  it('keeps its bound, and answers single headlines, while many send lines and read nothing', async () => {
    const CLIENTS = 100;
    const { connect, classify, url } = await serving({ limits: { queue: 512, batch: 64 }, batchSize: 32 });
    const lines = '"goal"\n'.repeat(2000);
    const clients = Array.from({ length: CLIENTS }, () => {
      const client = connect();
      client.socket.pause();
      client.socket.write(
        'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
          'application/x-ndjson\r\nTransfer-Encoding: ' +
          `chunked\r\n\r\n${lines.length.toString(16)}\r\n${lines}\r\n`,
      );
      return client;
    });
    let most = 0;
    const statuses: number[] = [];
    for (let asked = 0; asked < 20; asked++) {
      statuses.push((await classify('"ferry"')).status);
      const metrics = await (await fetch(new URL('/metrics', url))).text();
      most = Math.max(most, Number(/^headwater_queue_headlines (\d+)$/m.exec(metrics)?.[1]));
    }
    expect(statuses).toEqual(Array.from({ length: 20 }, () => 200));
    expect(most).toBeGreaterThan(100);
    expect(most).toBeLessThanOrEqual(256);
    for (const { socket } of clients) socket.destroy();
  });

  it('lets the rest of lines come that have ended early, and serves the next request', async () => {
    const { connect } = await serving({ limits: { arrivalMs: 50 } });
    const client = connect();
    client.socket.write(
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
        'application/x-ndjson\r\nTransfer-Encoding: ' +
        'chunked\r\n\r\n4\r\n"a"\n\r\n',
    );
    await client.until(/urn:headwater:problem:slow.*\r\n0\r\n\r\n$/s);
    // More than what waits before a server that does not read it.
    client.socket.write(`1000\r\n${'x'.repeat(4096)}\r\n`.repeat(256));
    client.socket.write('0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.until(/"status":"ok"/);
  });

  it('answers a header that does not end, and a connection that says nothing, with 408', async () => {
    const { connect } = await serving({ limits: { arrivalMs: 50 } });
    const [loris, silent] = [connect(), connect()];
    loris.socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b');
    expect(await loris.closed).toMatch(/^HTTP\/1.1 408 .*"type":"urn:headwater:problem:slow"/s);
    expect(await silent.closed).toMatch(/^HTTP\/1.1 408 /);
  });

  it('cuts a client off that does not read its answers, and meanwhile reads no more of its lines than fit', async () => {
    const model = recordingModel();
    const { connect, url } = await serving({
      model,
      limits: { arrivalMs: 1400, stallMs: 1500, batch: 16 },
      heartbeatMs: 1000,
    });
    const client = connect();
    client.socket.pause();
    client.socket.write(
      'POST /classify HTTP/1.1\r\nHost: localhost\r\nContent-Type: ' +
        'application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const lines = `${JSON.stringify('goal '.repeat(100))}\n`.repeat(100);
    const chunk = `${Buffer.byteLength(lines).toString(16)}\r\n${lines}\r\n`;
    const send = (): void => {
      while (!client.socket.destroyed && client.socket.write(chunk));
    };
    client.socket.on('drain', send);
    send();
    await client.closed;
    const classified = model.predicted.reduce((sum, { size }) => sum + size, 0);
    // What the system's own buffers of the two sockets hold, and not what a client can send in that time.
    expect(classified).toBeLessThan(40_000);
    expect((await fetch(new URL('/healthz', url))).status).toBe(200);
  });
});
