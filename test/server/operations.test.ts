import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Subject } from 'rxjs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { AccessEntry } from '../../src/server/access/AccessEntry.js';
import { accessFile } from '../../src/server/access/accessFile.js';
import { entryWriter } from '../../src/server/access/entryWriter.js';
import { traceContext } from '../../src/server/access/traceContext.js';
import type { AccessToken } from '../../src/server/http/AccessToken.js';
import { WrongTokens } from '../../src/server/guards/WrongTokens.js';
import { acceptedEncoding } from '../../src/server/http/encodings.js';
import { debianBinary } from './debianBinary.js';
import { problemOf, type Served, serving } from './serving.js';

const folder = mkdtempSync(join(tmpdir(), 'headwater-operations-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TOKENS: readonly AccessToken[] = [
  { name: 'reader', token: 'reader-token-0123456789', scopes: ['read'] },
  { name: 'prometheus', token: 'prometheus-token-012345', scopes: ['metrics'] },
  { name: 'operator', token: 'operator-token-01234567', scopes: ['read', 'classify', 'label', 'metrics', 'admin'] },
];
const bearer = (name: string): Record<string, string> => ({
  authorization: `Bearer ${TOKENS.find((one) => one.name === name)?.token ?? ''}`,
});

const post = (served: Served, path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, served.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });

describe('tokens by name', () => {
  it('allow what their scopes say, and nothing else', async () => {
    const served = await serving({ tokens: TOKENS, labels: () => Promise.resolve() });
    const status = async (name: string): Promise<readonly number[]> =>
      Promise.all(
        [
          served.get('/model', bearer(name)),
          served.get('/metrics', bearer(name)),
          served.classify('"ferry"', bearer(name)),
          post(served, '/explain', '"ferry"', bearer(name)),
          post(served, '/labels', '{"title":"ferry","category":"World"}', bearer(name)),
          served.get('/admin/models', bearer(name)),
          served.get('/admin/feeds', bearer(name)),
        ].map(async (answer) => (await answer).status),
      );
    expect(await status('reader')).toEqual([200, 403, 403, 403, 403, 403, 403]);
    expect(await status('prometheus')).toEqual([403, 200, 403, 403, 403, 403, 403]);
    expect(await status('operator')).toEqual([200, 200, 200, 200, 200, 200, 200]);
    const refused = await served.get('/metrics', bearer('reader'));
    expect(refused.headers.get('www-authenticate')).toBe('Bearer error="insufficient_scope", scope="metrics"');
    expect(await problemOf(refused)).toEqual(['scope', 403]);
  });

  it('are refused where two have one name or one value', async () => {
    const [first] = TOKENS as readonly [AccessToken];
    for (const second of [
      { ...first, token: 'another-token-0123456789' },
      { ...first, name: 'other' },
    ])
      await expect(serving({ tokens: [first, second] })).rejects.toThrow(/Give each token a name and a value/);
  });

  it('are replaced while the server runs, by valid ones only, and never by none', async () => {
    const tokens$ = new Subject<readonly AccessToken[]>();
    const served = await serving({ tokens: TOKENS, tokens$ });
    const statusOf = async (token: string): Promise<number> =>
      (await served.get('/model', { authorization: `Bearer ${token}` })).status;
    const [old, next] = ['reader-token-0123456789', 'next-token-0123456789'];
    expect([await statusOf(old), await statusOf(next)]).toEqual([200, 401]);
    tokens$.next([{ name: 'reader', token: next, scopes: ['read'] }]);
    expect([await statusOf(old), await statusOf(next)]).toEqual([401, 200]);
    tokens$.next([]);
    tokens$.next([{ name: 'short', token: 'short', scopes: ['read'] }]);
    expect([await statusOf(old), await statusOf(next)]).toEqual([401, 200]);
    expect((await served.get('/model')).status).toBe(401);
    expect(served.events.filter(({ type }) => type === 'failed')).toMatchObject([
      { error: { code: 'HW_USAGE' } },
      { error: { code: 'HW_USAGE' } },
    ]);
  });

  it('that are wrong are throttled by address, and a right one is let in all the same', async () => {
    const served = await serving({ tokens: TOKENS });
    const statuses: number[] = [];
    for (let times = 0; times < 200; times += 50)
      statuses.push(
        ...(await Promise.all(
          Array.from({ length: 50 }, async () => {
            const answer = await served.get('/model', { authorization: 'Bearer wrong-token-0123456789' });
            await answer.arrayBuffer();
            return answer.status;
          }),
        )),
      );
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(190);
    const answer = await served.get('/model', { authorization: 'Bearer wrong-token-0123456789' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await served.get('/model', bearer('reader'))).status).toBe(200);
  });

  it('that are wrong count for a whole network of IPv6, and for each address of IPv4', () => {
    const wrong = new WrongTokens(() => 0);
    for (let times = 0; times < 10; times++) expect(wrong.add(`2001:db8:0:7::${times}`)).toBeUndefined();
    expect(wrong.add('2001:DB8::7:1:2:3:4')).toBe(60);
    expect(wrong.add('2001:db8:0:8::1')).toBeUndefined();
    for (let times = 0; times < 20; times++) expect(wrong.add(`::ffff:192.0.2.${times}`)).toBeUndefined();
    for (let times = 0; times < 9; times++) expect(wrong.add('192.0.2.1')).toBeUndefined();
    expect(wrong.add('::ffff:192.0.2.1')).toBe(60);
    for (let times = 0; times < 10; times++) expect(wrong.add(`fe80::${times}%eth0`)).toBeUndefined();
    expect(wrong.add('fe80::a:b%eth0')).toBe(60);
  });

  it('that are wrong are forgotten after a minute, and those of many addresses are bounded', () => {
    let now = 0;
    const wrong = new WrongTokens(() => now);
    for (let times = 0; times < 10; times++) expect(wrong.add('a')).toBeUndefined();
    expect(wrong.add('a')).toBe(60);
    now = 59_500;
    expect(wrong.add('a')).toBe(1);
    now = 60_000;
    expect(wrong.add('a')).toBeUndefined();
    for (let address = 0; address < 10_001; address++) wrong.add(String(address));
    for (let times = 0; times < 10; times++) expect(wrong.add('a')).toBeUndefined();
  });
});

const LONG = { timeout: 30_000 };

describe('the access log', () => {
  it('has each request with its token and its trace, and the answer tells the trace', async () => {
    const entries: AccessEntry[] = [];
    const served = await serving({ tokens: TOKENS, accessLog: (entry) => entries.push(entry) });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const answer = await served.get('/model?secret=1', {
      ...bearer('reader'),
      traceparent,
      'user-agent': 'x'.repeat(300),
    });
    await answer.arrayBuffer();
    await (await served.get('/nothing', bearer('reader'))).arrayBuffer();
    await expect.poll(() => entries.length).toBe(2);
    const [entry, other] = entries;
    expect(entry).toMatchObject({
      method: 'GET',
      path: '/model',
      status: 200,
      address: '127.0.0.1',
      token: 'reader',
      agent: 'x'.repeat(200),
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentId: 'b7ad6b7169203331',
    });
    expect(entry?.bytes).toBeGreaterThan(100);
    expect(answer.headers.get('traceresponse')).toBe(`00-${entry?.traceId ?? ''}-${entry?.spanId ?? ''}-01`);
    expect(other).toMatchObject({ path: '/nothing', status: 404 });
    expect(other?.token).toBeUndefined();
    expect(other?.traceId).toMatch(/^[\da-f]{32}$/);
  });

  it('begins a trace where the field is none', () => {
    const id = '0af7651916cd43dd8448eb211c80319c';
    for (const field of [
      undefined,
      '',
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `00-${id}-0000000000000000-01`,
      `ff-${id}-b7ad6b7169203331-01`,
      `00-${id}-b7ad6b7169203331-01-more`,
      `00-${id.toUpperCase()}-b7ad6b7169203331-01`,
    ]) {
      expect(traceContext(field).traceId).not.toBe(id);
      expect(traceContext(field).parentId).toBeUndefined();
    }
    expect(traceContext(`cc-${id}-b7ad6b7169203331-01-more`)).toMatchObject({ traceId: id, flags: '01' });
  });

  it('goes to a file, which is opened anew when it was moved, and is done without where it cannot be', async () => {
    const path = join(folder, 'access.log');
    const entry: AccessEntry = {
      time: '',
      method: 'GET',
      path: '/',
      status: 200,
      durationMs: 1,
      bytes: 1,
      address: '',
      traceId: '',
      spanId: '',
    };
    const log = accessFile(path, (error) => {
      throw error;
    });
    log.write(entry);
    const read = (file: string): readonly string[] => readFileSync(file, 'utf8').trimEnd().split('\n');
    await expect.poll(() => read(path)).toEqual([JSON.stringify(entry)]);
    renameSync(path, `${path}.1`);
    log.reopen();
    log.write({ ...entry, status: 404 });
    log.close();
    await expect.poll(() => read(path)).toEqual([JSON.stringify({ ...entry, status: 404 })]);

    const errors: unknown[] = [];
    const broken = accessFile(join(folder, 'no/such/folder/access.log'), (error) => errors.push(error));
    broken.write(entry);
    await expect.poll(() => errors).toMatchObject([{ code: 'HW_WRITE' }]);
    broken.write(entry);
    expect(errors).toHaveLength(1);
    broken.close();
  });

  it('is tried again where it could not be written, tells that once, and counts what was left out', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const path = join(folder, 'mounted/later/access.log');
      const errors: unknown[] = [];
      const log = accessFile(path, (error) => errors.push(error));
      await vi.waitFor(() => expect(errors).toHaveLength(1), LONG);
      const failures = vi.getTimerCount();
      const entry = { path: '/lost' } as AccessEntry;
      log.write(entry);
      vi.advanceTimersByTime(10_000);
      // The next failure sets the next timer.
      await vi.waitFor(() => expect(vi.getTimerCount()).toBe(failures), LONG);
      log.write(entry);
      mkdirSync(join(folder, 'mounted/later'), { recursive: true });
      vi.advanceTimersByTime(10_000);
      log.write({ path: '/kept' } as AccessEntry);
      log.close();
      await vi.waitFor(() => expect(readFileSync(path, 'utf8')).toBe('{"lost":2}\n{"path":"/kept"}\n'), LONG);
      expect(errors).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('an access log that nobody reads', () => {
  it('holds a few megabytes, and tells how many entries were left out', async () => {
    const output = new PassThrough();
    const write = entryWriter(() => output);
    const entry: AccessEntry = {
      time: '',
      method: 'GET',
      path: 'x'.repeat(10_000),
      status: 200,
      durationMs: 1,
      bytes: 1,
      address: '',
      traceId: '',
      spanId: '',
    };
    for (let count = 0; count < 1_000; count++) write(entry);
    expect(output.writableLength).toBeLessThan(5e6);
    const lines: string[] = [];
    createInterface({ input: output }).on('line', (line) => lines.push(line));
    await expect.poll(() => output.writableLength).toBe(0);
    const before = lines.length;
    write({ ...entry, path: '/' });
    await expect.poll(() => lines.length).toBe(before + 2);
    expect(lines.slice(before).map((line) => JSON.parse(line) as object)).toMatchObject([
      { lost: 1_000 - before },
      { path: '/' },
    ]);
  });
});

describe('large answers', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['identity', undefined],
    ['gzip, deflate', 'gzip'],
    ['gzip, deflate, br', 'br'],
    ['br;q=0.1, gzip', 'gzip'],
    ['br;q=0, gzip;q=0', undefined],
    ['*', 'br'],
    ['*;q=0, gzip', 'gzip'],
  ])('Accept-Encoding %j is %s', (accept, encoding) => {
    expect(acceptedEncoding(accept)).toBe(encoding);
  });

  it('are compressed as the client accepts, and are the same', async () => {
    const served = await serving();
    const body = JSON.stringify(Array.from({ length: 100 }, (_, i) => `ferry returns ${i}`));
    const raw = async (encoding: string): Promise<Buffer> => {
      const client = served.connect();
      client.socket.setEncoding('latin1');
      client.socket.write(
        'POST /classify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: ' +
          `application/json\r\nAccept-Encoding: ${encoding}\r\nContent-Length: ` +
          `${body.length}\r\n\r\n${body}`,
      );
      const text = await client.closed;
      if (encoding !== 'identity') expect(text.toLowerCase()).toContain(`content-encoding: ${encoding}`);
      expect(text.toLowerCase()).toContain('vary: accept-encoding');
      // Chunks of HTTP/1.1.
      const [, chunks = ''] = text.split(/\r\n\r\n([^]*)/);
      let rest = Buffer.from(chunks, 'latin1');
      const parts: Buffer[] = [];
      for (;;) {
        const end = rest.indexOf('\r\n');
        const size = parseInt(rest.toString('latin1', 0, end), 16);
        if (!(size > 0)) return Buffer.concat(parts);
        parts.push(rest.subarray(end + 2, end + 2 + size));
        rest = rest.subarray(end + 4 + size);
      }
    };
    const titles = (json: string): unknown => (JSON.parse(json) as { title: string }[]).map(({ title }) => title);
    const plain = await raw('identity');
    const [gzip, br] = [await raw('gzip'), await raw('br')];
    expect(titles(gunzipSync(gzip).toString())).toEqual(titles(plain.toString()));
    expect(titles(brotliDecompressSync(br).toString())).toEqual(titles(plain.toString()));
    expect(gzip.length).toBeLessThan(plain.length / 3);
    const described = await served.get('/openapi.json', { 'accept-encoding': 'gzip' });
    expect(described.headers.get('content-encoding')).toBe('gzip');
    expect(described.headers.get('vary')).toBe('origin, accept-encoding');
    expect(await described.json()).toMatchObject({ openapi: '3.1.0' });
    const small = await served.get('/healthz');
    expect(small.headers.get('content-encoding')).toBeNull();
  });
});

describe('the feeds', () => {
  it('are changed with a token alone', async () => {
    const addresses = ['https://example.org/feed.xml'];
    const feeds = {
      addresses,
      add: (address: string) => !addresses.includes(address) && addresses.push(address) > 0,
      remove: (address: string) =>
        addresses.includes(address) && addresses.splice(addresses.indexOf(address), 1).length > 0,
    };
    const open = await serving({ feeds });
    const more = JSON.stringify({ address: 'https://example.com/atom.xml' });
    expect(await problemOf(await post(open, '/admin/feeds', more))).toEqual(['no-feeds', 404]);
    const served = await serving({ feeds, tokens: TOKENS });
    expect((await post(served, '/admin/feeds', more)).status).toBe(401);
    expect(await problemOf(await post(served, '/admin/feeds', more, bearer('reader')))).toEqual(['scope', 403]);
    const added = await post(served, '/admin/feeds', more, bearer('operator'));
    expect(await added.json()).toEqual({ feeds: ['https://example.org/feed.xml', 'https://example.com/atom.xml'] });
    for (const bad of [more, '{"address":"file:///etc/passwd"}', '{"address":"-"}', '{"address":7}', '"https://a.b/"'])
      expect(await problemOf(await post(served, '/admin/feeds', bad, bearer('operator')))).toEqual(['invalid', 422]);
    const removed = await post(served, '/admin/feeds/remove', more, bearer('operator'));
    expect(await removed.json()).toEqual({ feeds: ['https://example.org/feed.xml'] });
    expect(await problemOf(await post(served, '/admin/feeds/remove', more, bearer('operator')))).toEqual([
      'invalid',
      422,
    ]);
  });
});

const promtool = debianBinary('promtool', 'usr/bin/promtool', ['--version'], 'prometheus');

describe(`the metrics${promtool === undefined ? ' [skipped: there is no promtool]' : ''}`, () => {
  it.skipIf(promtool === undefined)('have nothing that promtool objects to', async () => {
    const served = await serving({ labels: () => Promise.resolve(), learn: {} });
    await post(served, '/labels', '{"title":"ferry","category":"World"}');
    await served.classify('["ferry","goal"]');
    const input = await (await served.get('/metrics')).text();
    const { status, stdout, stderr } = spawnSync(promtool ?? '', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });
});
