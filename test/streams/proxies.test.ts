import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { lastValueFrom, take, toArray } from 'rxjs';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import type { SourceEvent } from '../../src/contracts/live/Live.js';
import { proxiesOf } from '../../src/streams/bodies/http/connection/proxies.js';
import { pollFeed } from '../../src/streams/feeds/pollFeed.js';
import { serverSentEvents } from '../../src/streams/live/serverSentEvents.js';
import { webSocketLines } from '../../src/streams/live/webSocketLines.js';
import { collect, readTable } from './collect.js';
import { httpProxy } from './httpProxy.js';
import { serve } from './servers.js';

const TABLE = 'title,category\nOne,World\n';
const portOf = (origin: string): number => Number(new URL(origin).port);

const through = (address: string, noProxy = ''): void => {
  vi.stubEnv('http_proxy', address);
  vi.stubEnv('https_proxy', '');
  vi.stubEnv('no_proxy', noProxy);
};

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the proxies of the environment', () => {
  it('are asked for tables, feeds and event streams, by the whole address', async () => {
    const origin = await serve((request, response) => {
      const type = request.url === '/events' ? 'text/event-stream' : 'text/plain';
      response.writeHead(200, { 'content-type': type });
      if (request.url === '/table.csv') response.end(TABLE);
      else if (request.url === '/events') response.write('data: Two\n\n');
      else response.end('<rss version="2.0"><channel><item><title>Three</title></item></channel></rss>');
    });
    const proxy = await httpProxy(portOf(origin));
    through(proxy.address);
    expect((await readTable('http://news.example/table.csv')).fields).toEqual([{ title: 'One', category: 'World' }]);
    const [event] = await lastValueFrom(serverSentEvents('http://news.example/events').pipe(take(1), toArray()));
    expect(event?.title).toBe('Two');
    const feed = await lastValueFrom(pollFeed('http://news.example/feed', { once: true }).pipe(toArray()));
    expect(feed.map(({ title }) => title)).toEqual(['Three']);
    expect(proxy.asked).toEqual(['/table.csv', '/events', '/feed'].map((path) => `GET http://news.example${path}`));
    expect(proxy.authorizations).toEqual([undefined, undefined, undefined]);
  });

  it('open a tunnel for WebSockets', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => socket.send('Four'));
    onTestFinished(() => {
      for (const client of sockets.clients) client.terminate();
      server.close();
    });
    await new Promise((resolve) => server.once('listening', resolve));
    const proxy = await httpProxy((server.address() as AddressInfo).port);
    through(`http://${proxy.address}`);
    const [line] = await lastValueFrom(webSocketLines('ws://news.example/lines').pipe(take(1), toArray()));
    expect(line?.title).toBe('Four');
    expect(proxy.asked).toEqual(['CONNECT news.example:80']);
  });

  it('open a tunnel for https, and are named where they do not', async () => {
    const proxy = await httpProxy(1, { connect: 403 });
    through(`http://${proxy.address}`);
    const refused = await readTable('https://news.example/table.csv');
    expect(refused.code).toBe('HW_HTTP_CONNECT');
    expect(refused.message).toBe(
      `https://news.example/table.csv could not be reached through the proxy http://${proxy.address}: ` +
        'it answered 403 Forbidden. Check the proxy and the address, or name the server in NO_PROXY.',
    );
    expect(proxy.asked).toEqual(['CONNECT news.example:443']);
  });

  it('get a name and a password, which no message shows', async () => {
    const proxy = await httpProxy(1, { connect: 407, request: 407 });
    through(`http://me:s3cret@${proxy.address}`);
    for (const address of ['http://news.example/table.csv', 'https://news.example/table.csv']) {
      const { code, message } = await readTable(address);
      expect(code).toBe('HW_HTTP_CONNECT');
      expect(message).toContain(`through the proxy http://${proxy.address}`);
      expect(message).toContain('password');
      expect(message).not.toContain('s3cret');
    }
    const basic = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;
    expect(proxy.authorizations).toEqual([basic, basic]);
    const events: SourceEvent[] = [];
    await collect(
      webSocketLines('ws://news.example/', { maxAttempts: 1, events: { next: (event) => void events.push(event) } }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'failed', message: expect.stringContaining(proxy.address) as string }),
    );
    expect(JSON.stringify(events)).not.toContain('s3cret');
  });

  it('are named where nobody is there, and are not asked for this machine and what NO_PROXY names', async () => {
    const origin = await serve((_request, response) => response.end(TABLE));
    through('http://127.0.0.1:9');
    const nobody = await readTable('http://news.example/table.csv');
    expect(nobody.message).toContain('through the proxy http://127.0.0.1:9: connect ECONNREFUSED');
    expect((await readTable(`${origin}/table.csv`)).values).toHaveLength(1);
    expect((await readTable(`${origin.replace('127.0.0.1', 'localhost')}/table.csv`)).values).toHaveLength(1);
    const proxy = await httpProxy(portOf(origin));
    through(proxy.address, 'news.invalid,other.example');
    // It is not known to anybody, and nobody but the proxy would know news.example.
    expect((await readTable('http://www.news.invalid/')).code).toBe('HW_HTTP_CONNECT');
    expect((await readTable('http://news.example/')).values).toHaveLength(1);
    expect(proxy.asked).toEqual(['GET http://news.example/']);
  });

  it('may not lead to a private name that nobody has named', async () => {
    const origin = await serve((_request, response) =>
      response.writeHead(302, { location: 'http://intranet/secret' }).end(),
    );
    const proxy = await httpProxy(portOf(origin));
    through(proxy.address);
    const events: SourceEvent[] = [];
    await collect(
      pollFeed('http://news.example/feed', { once: true, events: { next: (event) => void events.push(event) } }),
    );
    expect(events).toContainEqual(expect.objectContaining({ code: 'HW_ADDRESS' }));
    expect((await collect(serverSentEvents('http://news.example/e'))).error).toMatchObject({ code: 'HW_ADDRESS' });
    expect(proxy.asked).toHaveLength(2);
  });

  it('are read from variables of either case, and refused where they are none', () => {
    expect(proxiesOf({})).toBeUndefined();
    expect(proxiesOf({ HTTP_PROXY: '', https_proxy: 'proxy:3128', no_proxy: 'a', NO_PROXY: 'b' })).toEqual({
      httpProxy: '',
      httpsProxy: 'http://proxy:3128',
      noProxy: 'a',
    });
    expect(() => proxiesOf({ HTTPS_PROXY: 'socks5://me:s3cret@proxy:1080' })).toThrow(
      expect.objectContaining({
        code: 'HW_USAGE',
        message: expect.stringMatching(/^HTTPS_PROXY .+ socks5:\/\/proxy:1080/) as string,
      }),
    );
  });
});

describe('headers of your own', () => {
  it('go to the server that was named, and not to where it redirects', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end(
        request.url === '/feed' ? '<rss version="2.0"><channel><item><title>One</title></item></channel></rss>' : TABLE,
      );
    });
    const origin = await serve((request, response) => {
      seen.push(request.headers.authorization);
      const [, name = ''] = request.url?.split('?') ?? [];
      response
        .writeHead(302, {
          location: request.url === `/again?${name}` ? `${other}/${name}` : `/again?${request.url?.slice(1)}`,
        })
        .end();
    });
    const headers = { Authorization: 'Bearer s3cret' };
    const table = await readTable(`${origin}/table.csv`, { headers });
    expect(table.values).toHaveLength(1);
    expect(seen.splice(0)).toEqual(['Bearer s3cret', 'Bearer s3cret', undefined]);
    await lastValueFrom(pollFeed(`${origin}/feed`, { once: true, headers, allowPrivate: true }).pipe(toArray()));
    expect(seen).toEqual(['Bearer s3cret', 'Bearer s3cret', undefined]);
  });

  it('are refused where they cannot be sent, without being shown', async () => {
    for (const headers of [{ 'a b': 'x' }, { authorization: 's3cret\n' }, { Host: 's3cret' }]) {
      let message = '';
      try {
        await readTable('http://news.example/', { headers });
      } catch (error) {
        message = String(error);
      }
      expect(message).toContain('One of headers');
      expect(message).not.toContain('s3cret');
    }
  });
});
