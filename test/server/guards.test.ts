import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { describe, expect, it } from 'vitest';
import { serveModel } from '../../src/server/serveModel.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { problemOf, serving, VOCABULARY } from './serving.js';

const TOKEN = 'correct-horse-battery-staple';

const asked = async (client: Awaited<ReturnType<typeof serving>>, head: string): Promise<string> => {
  const { socket, closed } = client.connect();
  socket.write(`${head}\r\nConnection: close\r\n\r\n`);
  return (await closed).split('\r\n', 1).join('');
};

describe('the Host field', () => {
  it.each([
    ['127.0.0.1:80', 200],
    ['localhost', 200],
    ['LOCALHOST.:1234', 200],
    ['[::1]:80', 200],
    ['127.0.0.2', 200],
    ['news.example', 200],
    ['evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['localhost.evil.example', 421],
    ['192.0.2.1', 421],
    ['', 400],
    ['a b', 400],
    ['user@localhost', 400],
    ['localhost/evil', 400],
  ])('%j is answered with %i', async (host, status) => {
    const served = await serving({ allowHosts: ['news.example'] });
    expect(await asked(served, `GET /healthz HTTP/1.1\r\nHost: ${host}`)).toContain(` ${status} `);
  });

  it('may be an address of IPv6 that was allowed, with brackets or without', async () => {
    const served = await serving({ allowHosts: ['2001:db8::1', '[2001:db8::2]'] });
    for (const host of ['[2001:db8::1]', '[2001:DB8:0::2]:80'])
      expect(await asked(served, `GET /healthz HTTP/1.1\r\nHost: ${host}`)).toContain(' 200 ');
  });

  it('must name the same host as a target that is a whole address', async () => {
    const served = await serving({ allowHosts: ['news.example'] });
    const ask = (target: string): Promise<string> => asked(served, `GET ${target} HTTP/1.1\r\nHost: news.example`);
    expect(await ask('http://news.example/healthz')).toContain(' 200 ');
    expect(await ask('http://NEWS.example:80/healthz')).toContain(' 200 ');
    expect(await ask('http://localhost/healthz')).toContain(' 400 ');
    expect(await ask('http://news.example:81/healthz')).toContain(' 400 ');
  });

  it('must be there, and once', async () => {
    const served = await serving();
    expect(await asked(served, 'GET /healthz HTTP/1.1\r\nX: y')).toContain(' 400 ');
    expect(await asked(served, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost')).toContain(' 400 ');
  });
});

describe('a request of HTTP/1.0', () => {
  it('needs no Host field, and none but one of the server', async () => {
    const served = await serving({ token: TOKEN });
    expect(await asked(served, 'GET /healthz HTTP/1.0')).toContain(' 200 ');
    expect(await asked(served, 'GET /model HTTP/1.0')).toContain(' 401 ');
    expect(await asked(served, 'GET /healthz HTTP/1.0\r\nHost: evil.example')).toContain(' 421 ');
    expect(await asked(served, 'GET http://localhost/healthz HTTP/1.0')).toContain(' 400 ');
  });
});

describe('the Origin field', () => {
  it('lets pages of the server and of allowed origins ask, and no others', async () => {
    const { url, get } = await serving({ allowOrigins: ['https://news.example'] });
    expect((await get('/readyz', { origin: url.origin })).status).toBe(200);
    const allowed = await get('/readyz', { origin: 'https://news.example' });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://news.example');
    expect(allowed.headers.get('vary')).toBe('origin');
    for (const origin of [
      'https://evil.example',
      'http://news.example',
      'null',
      'http://localhost:1',
      'https://news.example.evil',
    ]) {
      const refused = await get('/readyz', { origin });
      expect(refused.headers.has('access-control-allow-origin')).toBe(false);
      expect(await problemOf(refused)).toEqual(['origin', 403]);
    }
  });

  it('lets pages of allowed origins read every refusal, and what it asks of them', async () => {
    const { url, get, connect } = await serving({
      allowOrigins: ['https://news.example'],
      token: TOKEN,
      limits: { connections: 2 },
    });
    const origin = 'https://news.example';
    const refusals = [
      await get('/nothing', { origin }),
      await get('/metrics', { origin }),
      await fetch(new URL('/metrics', url), { method: 'DELETE', headers: { origin } }),
    ];
    expect(
      refusals.map(({ status, headers }) => [
        status,
        headers.get('access-control-allow-origin'),
        headers.get('access-control-expose-headers'),
      ]),
    ).toEqual([404, 401, 405].map((status) => [status, origin, 'retry-after, www-authenticate']));
    const others = [connect(), connect()];
    await Promise.all(others.map(({ socket }) => once(socket, 'connect')));
    const excess = connect();
    excess.socket.write(`GET /healthz HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\n\r\n`);
    expect(await excess.closed).toMatch(
      /^HTTP\/1.1 503 .*access-control-allow-origin: https:\/\/news.example\r\n.*problem:connections/s,
    );
  });

  it('answers what a page may ask, before it sends a token', async () => {
    const { url } = await serving({ allowOrigins: ['https://news.example'], token: TOKEN });
    const preflight = await fetch(new URL('/classify', url), {
      method: 'OPTIONS',
      headers: { origin: 'https://news.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toBe('POST, OPTIONS');
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
  });
});

describe('the token', () => {
  it.each([
    ['none', {}, 401],
    ['the right one', { authorization: `Bearer ${TOKEN}` }, 200],
    ['another case of the scheme', { authorization: `bearer ${TOKEN}` }, 200],
    ['one guessed wrong', { authorization: 'Bearer correct-horse-battery-stapl3' }, 401],
    ['its beginning', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }, 401],
    ['more than it', { authorization: `Bearer ${TOKEN}e` }, 401],
    ['another scheme', { authorization: `Basic ${TOKEN}` }, 401],
    ['an empty one', { authorization: 'Bearer ' }, 401],
  ])('%s is answered with the right status', async (_what, headers, status) => {
    const { get, classify } = await serving({ token: TOKEN });
    for (const path of ['/metrics', '/openapi.json']) expect((await get(path, headers)).status).toBe(status);
    const answer = await classify('"ferry"', headers);
    expect(answer.status).toBe(status);
    if (status === 401) {
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await problemOf(answer)).toEqual(['token', 401]);
    }
  });

  it('is not wanted of probes', async () => {
    const { get } = await serving({ token: TOKEN });
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    expect(await problemOf(await get('/events'))).toEqual(['token', 401]);
  });

  it('is demanded for anything but loopback', async () => {
    const options = { model: recordingModel(), ...VOCABULARY };
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'news.example', '127.evil.example']) {
      expect(() => serveModel({ ...options, host })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }) as Error);
      expect(() => serveModel({ ...options, host, token: TOKEN })).not.toThrow();
    }
    for (const token of ['', 'short', 'with space in the midst'])
      expect(() => serveModel({ ...options, token })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }) as Error);
    await serving({ host: 'localhost' });
  });

  it('lets clients of another address name that address, and no other', async ({ skip }) => {
    const address = Object.values(networkInterfaces())
      .flatMap((found) => found ?? [])
      .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
    if (address === undefined) return skip('This machine has no address but loopback.');
    const { url } = await serving({ host: '0.0.0.0', token: TOKEN });
    const at = (host: string): Promise<Response> => fetch(`http://${host}:${url.port}/healthz`);
    expect((await at(address)).status).toBe(200);
    expect((await at('127.0.0.1')).status).toBe(200);
  });
});

describe('misuse', () => {
  it.each([
    { port: 65_536 },
    { port: 0.5 },
    { maxWaitMs: 0 },
    { batchSize: 0 },
    { history: 0 },
    { heartbeatMs: -1 },
    { heartbeatMs: 60_000 },
    { heartbeatMs: 500, limits: { arrivalMs: 400, stallMs: 500 } },
    { allowOrigins: ['https://news.example/page'] },
    { allowOrigins: ['news.example'] },
    { allowHosts: ['https://news.example'] },
    { allowHosts: ['news.example/page'] },
    { allowHosts: [''] },
    { limits: { bodyBytes: 0 } },
    { limits: { arrivalMs: 2 ** 31 } },
    { limits: { arrivalMs: 60_000 } },
    { limits: { stallMs: 30_000 } },
    { limits: { batch: 10, queue: 9 } },
  ])('%o is refused', (options) => {
    expect(() => serveModel({ model: recordingModel(), ...VOCABULARY, ...options })).toThrow(
      expect.objectContaining({ code: 'HW_USAGE' }) as Error,
    );
  });

  it('tells where it cannot listen', async () => {
    const { url } = await serving();
    await expect(serving({ port: Number(url.port) })).rejects.toMatchObject({
      code: 'HW_HTTP_CONNECT',
      where: `127.0.0.1:${url.port}`,
    });
  });
});
