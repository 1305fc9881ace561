import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGE_PATHS, PAGE_POLICY } from '../../src/server/pageFiles.js';
import { root } from '../docs/fences.js';
import { serving } from './serving.js';

const built = join(root, 'dist/page');

describe.skipIf(!existsSync(join(built, 'page.js')))('the page', () => {
  it('is a page, a script, a sheet and the licences of what is in them, each as what it is', async () => {
    const { get } = await serving();
    const types = await Promise.all(
      PAGE_PATHS.map(async (path) => [path, (await get(path)).headers.get('content-type')]),
    );
    expect(types).toEqual([
      ['/', 'text/html; charset=utf-8'],
      ['/page.js', 'text/javascript; charset=utf-8'],
      ['/page.css', 'text/css; charset=utf-8'],
      ['/LICENSES.txt', 'text/plain; charset=utf-8'],
    ]);
    expect(await (await get('/LICENSES.txt')).text()).toMatch(
      /^eventsource-parser\n.*^rxjs\n.*Apache License.*^uplot\n.*MIT/ms,
    );
    expect(await (await get('/')).text()).toMatch(/^<!doctype html>.*<script type="module" src="page.js">/s);
  });

  it('may run its own script and nothing else, cannot be framed, and tells nobody where it was', async () => {
    const { get } = await serving();
    for (const path of PAGE_PATHS) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toBe(PAGE_POLICY);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
    expect(PAGE_POLICY).toContain("default-src 'none'");
    expect(PAGE_POLICY).toContain("frame-ancestors 'none'");
    expect(PAGE_POLICY).not.toContain('unsafe');
  });

  it('is asked for again each time, and sent where it is another one', async () => {
    const { get } = await serving();
    const first = await get('/page.js');
    const etag = first.headers.get('etag') ?? '';
    expect(first.headers.get('cache-control')).toBe('no-cache');
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`]) {
      const again = await get('/page.js', { 'if-none-match': known });
      expect([again.status, await again.text()]).toEqual([304, '']);
      expect(again.headers.get('etag')).toBe(etag);
    }
    expect((await get('/page.js', { 'if-none-match': '"x"' })).status).toBe(200);
    expect((await get('/page.css')).headers.get('etag')).not.toBe(etag);
  });

  it('is answered to HEAD without a body', async () => {
    const { url } = await serving();
    const response = await fetch(url, { method: 'HEAD', headers: { 'accept-encoding': 'identity' } });
    expect(response.status).toBe(200);
    expect(Number(response.headers.get('content-length'))).toBe(statSync(join(built, 'index.html')).size);
    expect(await response.text()).toBe('');
  });

  it('wants no token, for there is no secret in it; what it asks for does', async () => {
    const { get } = await serving({ token: 'a-token-of-a-test' });
    for (const path of PAGE_PATHS) expect((await get(path)).status).toBe(200);
    for (const path of ['/model', '/events']) expect((await get(path)).status).toBe(401);
  });

  it('keeps to the Host and the Origin all the same', async () => {
    const { get, connect } = await serving();
    expect((await get('/', { origin: 'https://evil.example' })).status).toBe(403);
    const client = connect();
    client.socket.write('GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n');
    expect(await client.closed).toContain(' 421 ');
  });

  it('is smaller than 300 kB in all, and asks no other host', async () => {
    const files = readdirSync(built);
    expect(files.sort()).toEqual(['LICENSES.txt', 'index.html', 'page.css', 'page.js']);
    expect(files.reduce((sum, name) => sum + statSync(join(built, name)).size, 0)).toBeLessThan(300_000);
    const { get } = await serving();
    const html = await (await get('/')).text();
    expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, target = '']) => target.slice(0, 8))).toEqual([
      'data:ima',
      'page.css',
      'page.js',
      '#main',
    ]);
  });
});
