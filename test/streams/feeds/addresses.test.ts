import type { LookupAddress } from 'node:dns';
import { createServer } from 'node:http';
import { firstValueFrom, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { LONGEST_TIMER } from '../../../src/contracts/runtime/longestTimer.js';
import { guardedLookup } from '../../../src/streams/feeds/polling/guardedLookup.js';
import { addressOf, isNamedPrivate, isPublicAddress } from '../../../src/streams/feeds/polling/publicAddress.js';
import { waitFor } from '../../../src/streams/feeds/polling/waitFor.js';
import { webExchange, type WebOptions } from '../../../src/streams/feeds/polling/webExchange.js';
import { serve } from '../servers.js';
import { RSS_20 } from './fixtures.js';

describe('public addresses', () => {
  it.each(['93.184.215.14', '8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    '%s is one',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ['this machine', '127.0.0.1'],
    ['this machine, by another number', '127.8.9.10'],
    ['any address', '0.0.0.0'],
    ['a private network', '10.1.2.3'],
    ['a private network', '172.16.0.1'],
    ['a private network', '192.168.1.1'],
    ['a link', '169.254.169.254'],
    ['a carrier', '100.64.0.1'],
    ['many', '224.0.0.1'],
    ['all', '255.255.255.255'],
    ['documentation', '192.0.2.1'],
    ['measurements', '198.18.0.1'],
    ['this machine', '::1'],
    ['any address', '::'],
    ['a link', 'fe80::1'],
    ['a link, with its zone', 'fe80::1%eth0'],
    ['a private network', 'fd12:3456::1'],
    ['many', 'ff02::1'],
    ['documentation', '2001:db8::1'],
    ['this machine in IPv6', '::ffff:127.0.0.1'],
    ['this machine in IPv6, in hexadecimals', '::ffff:7f00:1'],
    ['this machine behind NAT64', '64:ff9b::7f00:1'],
    ['a tunnel', '2002:7f00:1::'],
    ['a tunnel', '2001:0:7f00:1::'],
    ['no address', 'news.example'],
    ['nothing', ''],
  ])('%s (%s) is none', (_name, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    ['http://2130706433/', '127.0.0.1'],
    ['http://0x7f.1/', '127.0.0.1'],
    ['http://0177.0.0.1/', '127.0.0.1'],
    ['http://[::1]:8080/', '::1'],
    ['http://[::ffff:127.0.0.1]/', '::ffff:7f00:1'],
    ['http://news.example/', undefined],
  ])('%s names %s', (url, address) => {
    expect(addressOf(new URL(url))).toBe(address);
  });

  it.each([
    ['http://127.0.0.1/', true],
    ['http://[fd00::1]/', true],
    ['http://localhost:3000/', true],
    ['http://feeds.localhost/', true],
    ['http://nas/', true],
    ['http://nas.local/', true],
    ['http://nas.home.arpa./', true],
    ['http://wiki.internal/', true],
    ['http://news.example/', false],
    ['http://localhost.news.example/', false],
    ['http://8.8.8.8/', false],
  ])('%s says by itself that it is private: %s', (url, expected) => {
    expect(isNamedPrivate(new URL(url))).toBe(expected);
  });
});

describe('guardedLookup', () => {
  const found = (addresses: readonly string[], all: boolean): Promise<unknown> =>
    new Promise((resolve) => {
      const resolved = addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }));
      guardedLookup('feed', undefined, (_name, told) => told(null, resolved))(
        'news.example',
        { all },
        (error, address, family) => resolve(error ?? (family === undefined ? address : [address, family])),
      );
    });

  it('gives the public addresses of a name, and they alone', async () => {
    expect(await found(['10.0.0.1', '8.8.8.8', '::1', '2606:4700::1111'], true)).toEqual([
      { address: '8.8.8.8', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
    expect(await found(['10.0.0.1', '8.8.8.8'], false)).toEqual(['8.8.8.8', 4]);
  });

  it.each([true, false])('fails where there is none (all: %s)', async (all) => {
    expect(await found(['10.0.0.1', '::1'], all)).toMatchObject({ code: 'HW_ADDRESS', where: 'feed' });
    expect(await found([], all)).toMatchObject({ code: 'HW_ADDRESS' });
  });

  it('passes on that a name is not known', async () => {
    const error = new Error('ENOTFOUND');
    expect(
      await new Promise((resolve) =>
        guardedLookup('feed', undefined, (_name, told) => told(error, []))('news.example', {}, (told) => resolve(told)),
      ),
    ).toBe(error);
  });
});

describe('webExchange', () => {
  const web = (options: Partial<WebOptions> = {}): ReturnType<typeof webExchange> =>
    webExchange({
      timeouts: { headersTimeout: 5_000, bodyTimeout: 5_000 },
      maxBytes: 100_000,
      userAgent: 'headwater/0',
      ...options,
    });
  const request = (url: string, mayBePrivate = false) => ({
    url: new URL(url),
    name: 'feed',
    headers: {},
    mayBePrivate,
  });
  const feed = (_request: unknown, response: { end: (body: string) => void }): void => response.end(RSS_20);

  it('connects to no private address that a request is not allowed', async () => {
    let asked = 0;
    const origin = await serve(() => asked++);
    await expect(firstValueFrom(web()(request(origin)))).rejects.toMatchObject({ code: 'HW_ADDRESS', where: 'feed' });
    expect(asked).toBe(0);
  });

  it('connects to the very address that was looked at: a name that changes it between two lookups gains nothing', async () => {
    const origin = await serve(feed);
    const { port } = new URL(origin);
    let lookups = 0;
    const exchange = web({
      // 127.0.0.1 stands for a public address here, and every other for a private one.
      isPublic: (address) => address === '127.0.0.1',
      resolve: (_name, told) => told(null, [{ address: lookups++ === 0 ? '127.0.0.1' : '127.0.0.2', family: 4 }]),
    });
    expect((await firstValueFrom(exchange(request(`http://news.example:${port}/`)))).status).toBe(200);
    expect(lookups).toBe(1);
    await expect(firstValueFrom(exchange(request(`http://news.example:${port}/`)))).rejects.toMatchObject({
      code: 'HW_ADDRESS',
    });
    expect(lookups).toBe(2);
  });

  it('never tries a private address beside a public one that does not answer', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const exchange = web({
      isPublic: (candidate) => candidate === '127.0.0.1',
      resolve: (_name, told) =>
        told(null, [
          { address: '127.0.0.1', family: 4 },
          { address: '127.0.0.2', family: 4 },
        ]),
    });
    await expect(firstValueFrom(exchange(request(`http://news.example:${port}/`)))).rejects.toMatchObject({
      code: 'HW_HTTP_CONNECT',
    });
    expect(asked).toBe(0);
    server.close();
  });

  it('says that a name is not known', async () => {
    const exchange = web({
      resolve: (_name, told) =>
        told(Object.assign(new Error('getaddrinfo ENOTFOUND news.example'), { code: 'ENOTFOUND' }), []),
    });
    await expect(firstValueFrom(exchange(request('http://news.example/')))).rejects.toMatchObject({
      code: 'HW_HTTP_CONNECT',
    });
  });

  it('asks a private address that is allowed', async () => {
    const origin = await serve(feed);
    expect((await firstValueFrom(web()(request(origin, true)))).broken).toBeUndefined();
  });

  it.each([204, 301, 304, 404, 410, 429, 500])('reads no body of a %d', async (status) => {
    const origin = await serve((_request, response) => response.writeHead(status, { 'retry-after': '7' }).end());
    const answer = await firstValueFrom(web()(request(origin, true)));
    expect(answer.status).toBe(status);
    expect(answer.header('retry-after')).toBe('7');
    expect(answer.bytes).toHaveLength(0);
  });

  it('takes a body of exactly the longest length for whole', async () => {
    const origin = await serve((_request, response) => response.end('x'.repeat(1_000)));
    expect(await firstValueFrom(web({ maxBytes: 1_000 })(request(origin, true)))).toMatchObject({ broken: undefined });
    const { bytes, broken } = await firstValueFrom(web({ maxBytes: 999 })(request(origin, true)));
    expect(bytes).toHaveLength(999);
    expect(broken).toMatchObject({ code: 'HW_OVERFLOW' });
  });
});

describe('waitFor', () => {
  it('asks no timer for more than it can', () => {
    const scheduler = new VirtualTimeScheduler();
    const delays: number[] = [];
    const schedule = scheduler.schedule.bind(scheduler);
    scheduler.schedule = (work, delay, state) => {
      delays.push(delay ?? 0);
      return schedule(work as never, delay, state as never);
    };
    let at: number | undefined;
    waitFor(5e9, scheduler).subscribe(() => (at = scheduler.now()));
    scheduler.flush();
    expect(at).toBe(5e9);
    expect(delays.length).toBeGreaterThan(1);
    expect(Math.max(...delays)).toBeLessThanOrEqual(LONGEST_TIMER);
  });
});
