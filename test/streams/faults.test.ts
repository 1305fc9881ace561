import { deflateSync, gzipSync } from 'node:zlib';
import { mkdirSync, readdirSync, renameSync, rmdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';
import { lastValueFrom, tap, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { SourceEvent } from '../../src/contracts/live/Live.js';
import { pollFeed } from '../../src/streams/feeds/pollFeed.js';
import { fetchCsv, type FetchCsvOptions } from '../../src/streams/fetchCsv.js';
import { serverSentEvents } from '../../src/streams/live/serverSentEvents.js';
import { faultyServer, type FaultyServer, type FaultyServerOptions } from '../../src/testing/faultyServer.js';
import { fetchTable } from '../../src/streams/fetchTable.js';
import type { SourceRow } from '../../src/contracts/rows/Row.js';
import { collect, readTable, type Collected, type Table } from './collect.js';
import { scratch } from './scratch.js';
import { serve, serveRaw } from './servers.js';

const ROWS = 500;
const BODY = `title,category\n${Array.from({ length: ROWS }, (_, i) => `headline ${i},${i % 2 === 0 ? 'A' : 'B'}\n`).join('')}`;
const TITLES = Array.from({ length: ROWS }, (_, i) => `headline ${i}`);

const faulty = (body: string | Uint8Array, options: FaultyServerOptions = {}): Promise<FaultyServer> =>
  new Promise((resolve, reject) => {
    const serving = faultyServer(body, options).subscribe({ next: resolve, error: reject });
    onTestFinished(() => serving.unsubscribe());
  });

const persistent = async (
  server: FaultyServer,
  options: FetchCsvOptions = {},
): Promise<Table & { readonly events: readonly SourceEvent[] }> => {
  const events: SourceEvent[] = [];
  const table = await readTable(server.url, {
    maxRetries: 3,
    backoff: { initialMs: 2 },
    seed: 1,
    events: { next: (event) => void events.push(event) },
    ...options,
  });
  return { ...table, events };
};

const titles = ({ values }: Table): readonly (string | undefined)[] => values.map(({ fields }) => fields['title']);

describe('a body that broke off', () => {
  it.each(['length', 'chunked', 'close'] as const)('is HW_HTTP_CUT after a reset, framed by %s', async (framing) => {
    const snapshotDir = scratch();
    const server = await faulty(BODY, { faults: [{ type: 'reset', after: 2000 }], framing });
    const table = await readTable(server.url, { snapshotDir });
    expect(table.code).toBe('HW_HTTP_CUT');
    expect(table.message).toContain('ECONNRESET');
    expect(table.values.length).toBeLessThan(ROWS);
    expect(readdirSync(snapshotDir)).toEqual([]);
  });

  it('is HW_HTTP_CUT for feeds and event streams too', async () => {
    const rss =
      '<rss ' +
      `version="2.0"><channel>${TITLES.map((title) => `<item><title>${title}</title></item>`).join('')}</channel></rss>`;
    const feed = await faulty(rss, { faults: [{ type: 'reset', after: 3000 }], framing: 'close' });
    const events: SourceEvent[] = [];
    await collect(
      pollFeed(feed.url, {
        once: true,
        rejections: { next: () => undefined },
        events: { next: (event) => void events.push(event) },
      }),
    );
    expect(events).toContainEqual(expect.objectContaining({ type: 'failed', code: 'HW_HTTP_CUT' }));

    const stream = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: One\n\n');
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    const { error } = await collect(serverSentEvents(stream, { maxAttempts: 1 }));
    expect(error).toMatchObject({ code: 'HW_HTTP_CUT', message: expect.stringContaining('ECONNRESET') as string });
  });

  it('is HW_HTTP_CUT where the reset arrives with the last bytes, while the reader is busy', async () => {
    const shared = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(
      `const { createServer } = require('node:net');
       const { parentPort, workerData: shared } = require('node:worker_threads');
       const server = createServer((socket) => {
         socket.on('error', () => undefined);
         socket.once('data', () => socket.write('HTTP/1.1 200 OK\\r\\n\\r\\ntitle,category\\na,A\\n'));
         const waiting = setInterval(() => {
           if (Atomics.load(shared, 0) !== 1) return;
           clearInterval(waiting);
           socket.write('b,A\\n', () => {
             socket.on('close', () => {
               Atomics.store(shared, 0, 2);
               Atomics.notify(shared, 0);
             });
             socket.resetAndDestroy();
           });
         }, 1);
       });
       server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
      { eval: true, workerData: shared },
    );
    onTestFinished(async () => {
      await worker.terminate();
    });
    const port = await new Promise<number>((resolve) => worker.once('message', resolve));
    const { error } = await collect(
      fetchCsv(`http://127.0.0.1:${port}/`, { maxRetries: 0 }).pipe(
        tap(({ id }) => {
          if (id !== 0) return;
          Atomics.store(shared, 0, 1);
          // Until the bytes and the reset have arrived.
          Atomics.wait(shared, 0, 1);
        }),
      ),
    );
    expect(error).toMatchObject({ code: 'HW_HTTP_CUT' });
  });

  it('is whole where the reset comes behind its last byte', async () => {
    for (const framing of ['length', 'chunked'] as const) {
      const whole = BODY.length;
      const server = await serveRaw((socket) => {
        const framed = framing === 'length' ? BODY : `${whole.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
        const head = framing === 'length' ? `Content-Length: ${whole}` : 'Transfer-Encoding: chunked';
        socket.write(`HTTP/1.1 200 OK\r\n${head}\r\nConnection: close\r\n\r\n${framed}`);
        setTimeout(() => socket.resetAndDestroy(), 20);
      });
      expect((await readTable(server)).values).toHaveLength(ROWS);
    }
  });

  it.each([
    ['gzip, chunked', gzipSync(BODY)],
    ['deflate, chunked', deflateSync(BODY)],
    ['deflate', deflateSync(BODY)],
  ])('is read, and its end is found, in a transfer that is encoded by %s', async (encoding, bytes) => {
    const isChunked = encoding.endsWith('chunked');
    const serving = (part: Buffer, isCut: boolean): Promise<string> =>
      serveRaw((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${encoding}\r\nConnection: close\r\n\r\n`);
        if (isChunked) socket.write(`${bytes.length.toString(16)}\r\n`);
        socket.write(part);
        if (isChunked && !isCut) socket.write('\r\n0\r\n\r\n');
        setTimeout(() => (isCut ? socket.resetAndDestroy() : socket.end()), 20);
      });
    expect((await readTable(await serving(bytes, false))).values).toHaveLength(ROWS);
    expect((await readTable(await serving(bytes.subarray(0, bytes.length >> 1), true))).code).toBe('HW_HTTP_CUT');
  });

  it('is HW_HTTP_CUT where the chunks are none, and where the length is not kept to', async () => {
    const chunks = await serveRaw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\na\nb\nc\n\r\nzz\r\n'),
    );
    expect((await readTable(chunks)).code).toBe('HW_HTTP_CUT');
    for (const declared of [BODY.length - 5, BODY.length + 5]) {
      const server = await faulty(BODY, { faults: [{ type: 'length', declared }] });
      expect((await readTable(server.url)).code).toBe('HW_HTTP_CUT');
    }
  });
});

describe('an answer that is not the whole', () => {
  it('is refused: a part that nobody asked for, 202, 204, and a range that does not cover the whole', async () => {
    const part = await faulty(BODY, { faults: [{ type: 'part', bytes: 100 }] });
    expect(await readTable(part.url)).toMatchObject({ code: 'HW_HTTP_CUT', values: [] });
    for (const status of [202, 204]) {
      const server = await faulty(BODY, { faults: [{ type: 'status', status }] });
      expect(await readTable(server.url)).toMatchObject({ code: 'HW_HTTP_STATUS', values: [] });
    }
    const ranged = (range: string): Promise<FaultyServer> => faulty(BODY, { headers: { 'Content-Range': range } });
    expect((await readTable((await ranged(`bytes 0-9/${BODY.length}`)).url)).code).toBe('HW_HTTP_CUT');
    expect((await readTable((await ranged('items 1-2')).url)).code).toBe('HW_HTTP_CUT');
    expect((await readTable((await ranged(`bytes 0-${BODY.length - 1}/${BODY.length}`)).url)).code).toBeUndefined();
  });

  it('is refused as a feed', async () => {
    for (const fault of [{ type: 'part', bytes: 40 } as const, { type: 'status', status: 202 } as const]) {
      const server = await faulty('<rss version="2.0"><channel><item><title>One</title></item></channel></rss>', {
        faults: [fault],
      });
      const events: SourceEvent[] = [];
      const { values } = await collect(
        pollFeed(server.url, { once: true, events: { next: (event) => void events.push(event) } }),
      );
      expect(values).toEqual([]);
      expect(events[0]).toMatchObject({
        type: 'failed',
        // A 202 may carry the last feed, and this one has no body.
        code: fault.type === 'part' ? 'HW_HTTP_CUT' : 'HW_FEED',
      });
    }
  });
});

describe('a Location that is not ASCII', () => {
  const PATH = '/nachrichten/für-heute/новости.csv';
  const redirecting = (body: string, type: string): Promise<string> =>
    serve((request, response) => {
      if (decodeURI(request.url ?? '') === PATH) response.writeHead(200, { 'content-type': type }).end(body);
      else if (request.url === '/') {
        response.socket?.end(
          Buffer.from(
            `HTTP/1.1 302 Found\r\nLocation: ${PATH}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
            'utf8',
          ),
        );
      } else response.writeHead(404).end();
    });

  it('is followed byte by byte, by tables, feeds and event streams', async () => {
    expect((await readTable(await redirecting(BODY, 'text/csv'))).values).toHaveLength(ROWS);
    const feed = await redirecting(
      '<rss version="2.0"><channel><item><title>One</title></item></channel></rss>',
      'text/xml',
    );
    expect(await lastValueFrom(pollFeed(feed, { once: true }).pipe(toArray()))).toMatchObject([{ title: 'One' }]);
    const stream = await redirecting('data: One\n\n', 'text/event-stream');
    expect((await collect(serverSentEvents(stream, { maxAttempts: 1 }))).values).toMatchObject([{ title: 'One' }]);
  });
});

describe('a server that fails in the middle', () => {
  it.each(['length', 'chunked', 'close'] as const)(
    'is asked for the rest by its validator, framed by %s, and every row comes once',
    async (framing) => {
      const server = await faulty(BODY, {
        faults: [
          { type: 'reset', after: 1000 },
          { type: 'reset', after: 2500 },
        ],
        framing,
      });
      const table = await persistent(server);
      expect(table.error).toBeUndefined();
      expect(titles(table)).toEqual(TITLES);
      expect(table.events.map(({ type }) => type)).toEqual(['failed', 'failed']);
      expect(table.events[0]).toMatchObject({ code: 'HW_HTTP_CUT', nextInMs: expect.any(Number) as number });
      expect(server.requests.map((request) => request['range'])).toEqual([undefined, 'bytes=1000-', 'bytes=3500-']);
      expect(server.requests[1]?.['if-range']).toMatch(/^"/);
    },
  );

  it('is asked for the whole where it has no validator or ignores ranges, and what was read is skipped', async () => {
    const without = await faulty(BODY, { faults: [{ type: 'reset', after: 4000 }], validators: false });
    const skipped = await persistent(without);
    expect(titles(skipped)).toEqual(TITLES);
    expect(without.requests.map((request) => request['range'])).toEqual([undefined, undefined]);
    const ignoring = await faulty(BODY, { faults: [{ type: 'reset', after: 4000 }, { type: 'no-range' }] });
    expect(titles(await persistent(ignoring))).toEqual(TITLES);
  });

  it('goes on in a compressed body', async () => {
    const random = Array.from({ length: 5000 }, (_, i) => `${(i * 7919) % 10_007},${i}\n`).join('');
    const gzip = gzipSync(`a,b\n${random}`);
    const server = await faulty(gzip, {
      faults: [{ type: 'cut', after: 9000 }],
      headers: { 'Content-Encoding': 'gzip' },
    });
    const { values, error } = await persistent(server);
    expect(error).toBeUndefined();
    expect(values).toHaveLength(5000);
  });

  it('fails plainly where it is another body the second time, with and without validators', async () => {
    const other = BODY.replace('headline 3,', 'headline x,');
    for (const validators of [true, false]) {
      const server = await faulty(BODY, {
        faults: [
          { type: 'reset', after: 4000 },
          { type: 'changed', body: other },
        ],
        validators,
      });
      const table = await persistent(server);
      expect(table.code).toBe('HW_SOURCE_CHANGED');
      expect(titles(table)).toEqual(TITLES.slice(0, table.values.length));
    }
  });

  it('is asked again for what it does not answer, and Retry-After is waited for', async () => {
    const server = await faulty(BODY, {
      faults: [
        { type: 'status', status: 503, headers: { 'Retry-After': '1' } },
        { type: 'hang-up' },
        { type: 'status', status: 429 },
      ],
    });
    const table = await persistent(server);
    expect(titles(table)).toEqual(TITLES);
    expect(table.events).toHaveLength(3);
    expect(table.events[0]).toMatchObject({ code: 'HW_HTTP_STATUS' });
    const waitsOf = (events: readonly SourceEvent[]): readonly (number | undefined)[] =>
      events.map((event) => (event.type === 'failed' ? event.nextInMs : undefined));
    expect(waitsOf(table.events)[0]).toBeGreaterThanOrEqual(1000);
    // Drawn by the seed.
    const again = await faulty(BODY, {
      faults: [{ type: 'status', status: 500 }, { type: 'hang-up' }, { type: 'status', status: 429 }],
    });
    expect(waitsOf((await persistent(again)).events).slice(1)).toEqual(waitsOf(table.events).slice(1));
  });

  it('is given up after maxRetries in a row, with what went wrong first', async () => {
    const cut = { type: 'reset', after: 0 } as const;
    const faults = [{ type: 'reset', after: 1000 } as const, cut, cut, cut, cut, cut];
    const table = await persistent(await faulty(BODY, { faults }), { maxRetries: 2 });
    expect(table.code).toBe('HW_HTTP_CUT');
    expect(table.events).toHaveLength(2);
    const refused = await faulty(BODY, { faults: [{ type: 'status', status: 404 }] });
    expect(await persistent(refused)).toMatchObject({ code: 'HW_HTTP_STATUS', events: [] });
  });

  it('does not ask twice at an address where nobody has answered', async () => {
    const server = await faulty(BODY);
    const port = Number(server.url.port);
    const table = await readTable(`http://127.0.0.1:${port === 1 ? 2 : 1}/`, { maxRetries: 5 });
    expect(table.code).toBe('HW_HTTP_CONNECT');
  });

  it('is asked again in a later pass where it is away for a while', async () => {
    const away = createServer((_request, response) => response.setHeader('Connection', 'close').end(BODY));
    onTestFinished(() => void away.close());
    const listen = (port: number): Promise<void> => new Promise((resolve) => away.listen(port, '127.0.0.1', resolve));
    await listen(0);
    const { port } = away.address() as AddressInfo;
    const events: SourceEvent[] = [];
    const rows$ = fetchCsv(`http://127.0.0.1:${port}/`, {
      maxRetries: 100,
      backoff: { initialMs: 2, maxMs: 20 },
      events: {
        next: (event) => {
          if (events.push(event) === 1) void listen(port);
        },
      },
    });
    expect((await collect(rows$)).values).toHaveLength(ROWS);
    await new Promise((resolve) => away.close(resolve));
    const second = await collect(rows$);
    expect(second.error).toBeUndefined();
    expect(second.values).toHaveLength(ROWS);
    expect(events[0]).toMatchObject({ type: 'failed', code: 'HW_HTTP_CONNECT' });
  });

  it('is given no more time than totalTimeout, be it silent, stalled or slow', async () => {
    for (const fault of [
      { type: 'silence' },
      { type: 'stall', after: 1000 },
      { type: 'drip', bytes: 1, everyMs: 10 },
    ] as const) {
      const server = await faulty(BODY, { faults: [fault, fault, fault, fault] });
      const { code, message } = await persistent(server, { totalTimeout: 150 });
      expect(code).toBe('HW_HTTP_TIMEOUT');
      expect(message).toContain('totalTimeout');
    }
  });

  it.each([
    ['forward by a day', 86_400_000],
    ['back by three months', -7_776_000_000],
  ])('is waited for as long as before where the clock of the machine is set %s', async (_, jump) => {
    const now = Date.now.bind(Date);
    let ahead = 0;
    vi.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
    onTestFinished(() => void vi.restoreAllMocks());
    const url = await serve((_request, response) => {
      // The clock is set while the answer is awaited.
      ahead = jump;
      response.writeHead(200, { 'Content-Length': BODY.length });
      response.write(BODY.slice(0, 1000));
      setTimeout(() => response.end(BODY.slice(1000)), 20);
    });
    expect(titles(await readTable(url))).toEqual(TITLES);
  });

  it('is left at once by who unsubscribes in a wait', async () => {
    const server = await faulty(BODY, { faults: [{ type: 'status', status: 503, headers: { 'Retry-After': '60' } }] });
    await new Promise<void>((resolve) => {
      const reading = fetchCsv(server.url, {
        events: {
          next: () => {
            setTimeout(() => {
              reading.unsubscribe();
              resolve();
            }, 5);
          },
        },
      }).subscribe();
    });
    expect(server.requests).toHaveLength(1);
  });

  it('ends with what events throws', async () => {
    const server = await faulty(BODY, { faults: [{ type: 'status', status: 503 }] });
    const error = new Error('no');
    const table = await persistent(server, {
      events: {
        next: () => {
          throw error;
        },
      },
    });
    expect(table.message).toContain('no');
  });
});

describe('a body that goes on with the answer of another server', () => {
  const OTHER = BODY.replaceAll('headline', 'HEADLINE');
  const AT = 4000;
  const DATED = 'Date: Tue, 01 Dec 2026 00:00:00 GMT\r\nLast-Modified: ';
  const OLD = `${DATED}Mon, 30 Nov 2026 00:00:00 GMT`;
  const NEW = `${DATED}Mon, 30 Nov 2026 20:00:00 GMT`;
  const END = BODY.length - 1;

  const answer = (status: number, headers: string, body: string): string =>
    `HTTP/1.1 ${status} Said\r\n${headers === '' ? '' : `${headers}\r\n`}Connection: close\r\n\r\n${body}`;

  /** Each connection gets the next answer. The first one is reset. No answer declares its length. */
  const answering = async (answers: readonly string[]): Promise<{ readonly table: Table; readonly asked: number }> => {
    let asked = 0;
    const url = await serveRaw((socket) => {
      const written = answers[asked++] ?? '';
      if (asked === 1) socket.write(written, () => setTimeout(() => socket.resetAndDestroy(), 20));
      else socket.end(written);
    });
    return { table: await readTable(url, { maxRetries: 4, backoff: { initialMs: 1 } }), asked };
  };

  const part = (from: number, to: number, total: string, body = BODY): string =>
    answer(206, `ETag: "a"\r\nContent-Range: bytes ${from}-${to}/${total}`, body.slice(from, to + 1));

  it.each([
    ['another Last-Modified', OLD, answer(200, NEW, OTHER)],
    ['no ETag any more', 'ETag: "a"', answer(200, '', OTHER)],
    ['a weak ETag', 'ETag: "a"', answer(200, 'ETag: W/"a"', OTHER)],
    ['the same ETag', 'ETag: "a"', answer(200, 'ETag: "a"', OTHER)],
    ['another ETag', 'ETag: "a"', answer(200, 'ETag: "b"', OTHER)],
    ['the login page of a network', 'ETag: "a"', answer(200, '', `<html>${'log in '.repeat(2000)}`)],
  ])('is never mixed with it: other bytes with %s', async (_, headers, second) => {
    const { table } = await answering([answer(200, headers, BODY.slice(0, AT)), second]);
    expect(table.code).toBe('HW_SOURCE_CHANGED');
    expect(titles(table)).toEqual(TITLES.slice(0, table.values.length));
  });

  it.each([
    ['another Last-Modified', OLD, NEW],
    ['no validator', 'ETag: "a"', ''],
    ['another ETag', 'ETag: "a"', 'ETag: "b"'],
  ])('is not continued by a part with %s', async (_, headers, other) => {
    const range = `${other === '' ? '' : `${other}\r\n`}Content-Range: bytes ${AT}-${END}/${BODY.length}`;
    const continued = answer(206, range, OTHER.slice(AT));
    const first = answer(200, headers, BODY.slice(0, AT));
    const changed = await answering([first, continued, answer(200, other, OTHER)]);
    expect(changed.table.code).toBe('HW_SOURCE_CHANGED');
    const same = await answering([first, continued, answer(200, other, BODY)]);
    expect(titles(same.table)).toEqual(TITLES);
  });

  it('is read where only the ETag is another, as behind several edges', async () => {
    const first = answer(200, 'ETag: "a"', BODY.slice(0, AT));
    const { table } = await answering([first, answer(200, 'ETag: "b"', BODY)]);
    expect(titles(table)).toEqual(TITLES);
  });

  it('is asked on until its end, where a part is shorter than asked and hides the length', async () => {
    const { table, asked } = await answering([
      answer(200, 'ETag: "a"', BODY.slice(0, AT)),
      part(AT, AT + 999, '*'),
      part(AT + 1000, END, '*'),
      answer(416, `Content-Range: bytes */${BODY.length}`, ''),
    ]);
    expect(titles(table)).toEqual(TITLES);
    expect(asked).toBe(4);
  });

  it('is asked for again where the next answer is cut before what was read', async () => {
    const cut = await answering([
      answer(200, '', BODY.slice(0, AT)),
      answer(200, '', BODY.slice(0, AT / 2)),
      answer(200, '', BODY),
    ]);
    expect(titles(cut.table)).toEqual(TITLES);
    const shorter = answer(200, '', OTHER.slice(0, AT / 2));
    const { table } = await answering([answer(200, '', BODY.slice(0, AT)), ...Array<string>(9).fill(shorter)]);
    expect(table.code).toBe('HW_HTTP_CUT');
    expect(titles(table)).toEqual(TITLES.slice(0, table.values.length));
  });

  it('ends at its length, whatever follows', async () => {
    const first = answer(200, 'ETag: "a"', BODY.slice(0, AT));
    const surplus = answer(
      206,
      `ETag: "a"\r\nContent-Range: bytes ${AT}-${END}/${BODY.length}`,
      `${BODY.slice(AT)}x,A\n`,
    );
    expect(titles((await answering([first, surplus])).table)).toEqual(TITLES);
    const longer = await answering([
      answer(200, `Content-Length: ${BODY.length}`, BODY.slice(0, AT)),
      answer(200, '', `${BODY}x,A\n`),
    ]);
    expect(longer.table.code).toBe('HW_SOURCE_CHANGED');
  });

  it('is not continued where a range is that of the decoded body', async () => {
    const gzip = gzipSync(Array.from({ length: 5000 }, (_, i) => `${(i * 7919) % 10_007},${i}\n`).join(''));
    const requests: string[] = [];
    const url = await serve((request, response) => {
      requests.push(String(request.headers.range));
      response.writeHead(200, { ETag: '"a"', 'Content-Encoding': 'gzip' });
      if (requests.length > 1) response.end(gzip);
      else response.write(gzip.subarray(0, 9000), () => setTimeout(() => response.socket?.resetAndDestroy(), 20));
    });
    const table = await readTable(url, { maxRetries: 1, backoff: { initialMs: 1 } });
    expect(table.error).toBeUndefined();
    expect(requests).toEqual(['undefined', 'undefined']);
  });

  it('is asked for again after what is no HTTP, broken chunks, and the statuses of edges', async () => {
    const chunks = answer(200, 'Transfer-Encoding: chunked', `fa0\r\n${BODY.slice(0, AT)}\r\n<html>502</html>`);
    const { table, asked } = await answering([chunks, 'garbage\r\n\r\n', answer(522, '', ''), answer(200, '', BODY)]);
    expect(titles(table)).toEqual(TITLES);
    expect(asked).toBe(4);
  });
});

describe('passes over a body without a snapshot', () => {
  it('read the same bytes, or end with what to do', async () => {
    for (const validators of [true, false]) {
      const other = BODY.split('\n').toReversed().join('\n');
      const server = await faulty(BODY, {
        faults: [{ type: 'none' }, { type: 'none' }, { type: 'changed', body: `title,category${other}\n` }],
        validators,
      });
      const rows$ = fetchCsv(server.url, { rejections: { next: () => undefined } });
      expect((await collect(rows$)).error).toBeUndefined();
      expect((await collect(rows$)).error).toBeUndefined();
      const { values, error } = await collect(rows$);
      expect(error).toMatchObject({
        code: 'HW_SOURCE_CHANGED',
        message: expect.stringContaining('snapshotDir') as string,
      });
      // A validator says so before the first row.
      if (validators) expect(values).toEqual([]);
    }
  });
});

describe('a snapshot of an earlier run', () => {
  it('is asked for by ETag, and not downloaded again', async () => {
    const snapshotDir = scratch();
    const server = await faulty(BODY, {
      faults: [{ type: 'none' }, { type: 'none' }, { type: 'changed', body: 'title\nnew\n' }],
    });
    expect((await readTable(server.url, { snapshotDir })).values).toHaveLength(ROWS);
    expect((await readTable(server.url, { snapshotDir })).values).toHaveLength(ROWS);
    expect(server.requests.map((request) => request['if-none-match'] !== undefined)).toEqual([false, true]);
    expect((await readTable(server.url, { snapshotDir })).fields).toEqual([{ title: 'new' }]);
  });

  it('is read offline, and what is not there is told', async () => {
    const snapshotDir = scratch();
    const server = await faulty(BODY);
    expect(await readTable(server.url, { snapshotDir, offline: true })).toMatchObject({
      code: 'HW_SNAPSHOT',
      message: expect.stringContaining('--offline') as string,
    });
    await readTable(server.url, { snapshotDir });
    const [name = ''] = readdirSync(snapshotDir).filter((file) => file.endsWith('.csv'));
    utimesSync(join(snapshotDir, name), 1, 1);
    const read = await readTable(server.url, { snapshotDir, offline: true });
    expect(read.values).toHaveLength(ROWS);
    // So headwater cache prune --older-than keeps what is used offline.
    expect(statSync(join(snapshotDir, name)).mtimeMs).toBeGreaterThan(1000);
    expect(server.requests).toHaveLength(1);
    expect(() => fetchCsv(server.url, { offline: true })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('is downloaded again where it is damaged', async () => {
    const snapshotDir = scratch();
    const server = await faulty(BODY);
    await readTable(server.url, { snapshotDir });
    const [name = ''] = readdirSync(snapshotDir).filter((file) => file.endsWith('.csv'));
    writeFileSync(join(snapshotDir, name), 'title\nforged\n');
    expect((await readTable(server.url, { snapshotDir })).values).toHaveLength(ROWS);
    expect(server.requests.map((request) => request['if-none-match'])).toEqual([undefined, undefined]);
  });

  it('is neither deleted nor denied offline where it cannot be read, or is damaged', async () => {
    const snapshotDir = scratch();
    const server = await faulty(BODY);
    await readTable(server.url, { snapshotDir });
    const [name = ''] = readdirSync(snapshotDir).filter((file) => file.endsWith('.csv'));
    const path = join(snapshotDir, name);
    const offline = (): Promise<Table> => readTable(server.url, { snapshotDir, offline: true });
    renameSync(path, `${path}.aside`);
    // No user may read the bytes of a folder.
    mkdirSync(path);
    const unreadable = await offline();
    expect(unreadable).toMatchObject({ code: 'HW_SNAPSHOT' });
    expect(unreadable.message).toMatch(/was stored in .*, but it cannot be read \(EISDIR/);
    expect(readdirSync(snapshotDir)).toContain(name);
    rmdirSync(path);
    writeFileSync(path, 'title\nforged\n');
    const damaged = await offline();
    expect(damaged).toMatchObject({ code: 'HW_SNAPSHOT' });
    expect(damaged.message).toContain('but it is damaged');
    renameSync(`${path}.aside`, path);
    expect((await offline()).values).toHaveLength(ROWS);
  });

  it('is not replaced by the login page of a network, and by a new table once that was read', async () => {
    const snapshotDir = scratch();
    const page = '<!DOCTYPE html><html><title>Log in</title><body>Welcome to the hotel</body></html>\n';
    const server = await faulty(BODY, {
      faults: [{ type: 'none' }, { type: 'changed', body: page }, { type: 'changed', body: 'title,category\nnew,A\n' }],
    });
    const read = (offline: boolean): Promise<Collected<SourceRow>> =>
      collect(fetchTable(server.url, { snapshotDir, offline }));
    expect((await read(false)).values).toHaveLength(ROWS);
    expect((await read(false)).error).toMatchObject({ code: 'HW_USAGE' });
    expect((await read(true)).values).toHaveLength(ROWS);
    expect((await read(false)).values).toHaveLength(1);
    expect((await read(true)).values).toHaveLength(1);
  });

  it('is named where the server cannot be asked', async () => {
    const snapshotDir = scratch();
    const server = await faulty(BODY, { faults: [{ type: 'none' }, { type: 'status', status: 403 }] });
    await readTable(server.url, { snapshotDir });
    const { code, message } = await readTable(server.url, { snapshotDir });
    expect(code).toBe('HW_HTTP_STATUS');
    expect(message).toContain('An earlier run has stored it: offline (--offline) reads it');
  });

  it('is rid of what killed runs left in its folder', async () => {
    const snapshotDir = scratch();
    const old = join(snapshotDir, '123e4567-e89b-42d3-a456-426614174000.tmp');
    writeFileSync(old, 'half');
    utimesSync(old, 1, 1);
    mkdirSync(join(snapshotDir, 'mine.tmp'));
    await readTable((await faulty(BODY)).url, { snapshotDir });
    expect(readdirSync(snapshotDir).filter((file) => file.endsWith('.tmp'))).toEqual(['mine.tmp']);
  });
});
