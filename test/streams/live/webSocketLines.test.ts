import { createHash } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { take, VirtualTimeScheduler } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { webSocketLines, type WebSocketLinesOptions } from '../../../src/streams/live/webSocketLines.js';
import { valve } from '../../../src/streams/valve.js';
import { collect } from '../collect.js';
import { serve, serveRaw } from '../servers.js';
import { codeOf, listen, until } from './listening.js';

/** Waits of a few milliseconds, so that nobody waits for a test; and a server can end the stream. */
const soon = { backoff: { initialMs: 2, maxMs: 2 }, endOnClose: true } as const;

const running: (() => void)[] = [];

afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

interface Sockets {
  readonly url: string;
  readonly requests: IncomingMessage[];
  readonly clients: WebSocket[];
}

/** After its close frame, ws cuts off a client that is still reading. Half a minute is too short on a busy machine. */
const UNHURRIED = { closeTimeout: 600_000 };

/** A server that treats each connection in turn, and the last way from then on. */
const sockets = async (options: ServerOptions, ...connected: ((client: WebSocket) => void)[]): Promise<Sockets> => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...UNHURRIED, ...options });
  const requests: IncomingMessage[] = [];
  const clients: WebSocket[] = [];
  server.on('connection', (client, request) => {
    requests.push(request);
    clients.push(client);
    client.on('error', () => undefined);
    connected[Math.min(requests.length, connected.length) - 1]?.(client);
  });
  running.push(() => {
    server.close();
    for (const client of server.clients) client.terminate();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests, clients };
};

const goodbye = (client: WebSocket): void => client.close(1000);

/** All that a server's messages give, before it closes for good. */
const read = async (
  send: (client: WebSocket) => void,
  options: WebSocketLinesOptions = {},
  server: ServerOptions = {},
) => {
  const { url, requests } = await sockets(server, (client) => {
    send(client);
    goodbye(client);
  });
  const heard = listen((to) => webSocketLines(url, { ...to, ...soon, ...options }));
  await until(() => expect(heard.ended).toEqual({ error: undefined }));
  return { ...heard, url, requests };
};

describe('webSocketLines', () => {
  it('emits what messages hold: titles, JSON headlines, or several of them', async () => {
    const { headlines, rejections, url, events } = await read((client) => {
      client.send('Ferry back');
      client.send('{"title":"Rates held","guid":"g","published":1,"category":"World"}');
      client.send('One\r\nTwo\n\n');
      client.send('{"title":"a"}\n{"title":"b"}');
      client.send('{\n"title": "Over lines"\n}');
      client.send(Buffer.from('{"title":"Binär"}'));
      client.send('');
    });
    expect(headlines.map(({ id, title, guid, published, category }) => [id, title, guid, published, category])).toEqual(
      [
        [0, 'Ferry back', undefined, undefined, undefined],
        [1, 'Rates held', 'g', 1, 'World'],
        ...['One', 'Two', 'a', 'b', 'Over lines', 'Binär'].map((title, i) => [
          i + 2,
          title,
          undefined,
          undefined,
          undefined,
        ]),
      ],
    );
    expect(headlines[0]?.source).toBe(url);
    expect(rejections).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(['opened']);
  });

  it('says who asks, and shows secrets to the server alone', async () => {
    const { url, requests } = await sockets({}, (client) => {
      client.send('a');
      goodbye(client);
    });
    const heard = listen((to) =>
      webSocketLines(url.replace('ws://', 'http://me:p%40ss@'), {
        ...to,
        contact: 'me@example.org',
        headers: { 'X-Key': 'k' },
        endOnClose: true,
      }),
    );
    await until(() => expect(heard.ended).toEqual({ error: undefined }));
    expect(requests[0]?.headers).toMatchObject({
      'x-key': 'k',
      authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    });
    expect(requests[0]?.headers['user-agent']).toMatch(/^headwater\/\S+ \(\+me@example\.org\)$/);
    expect(JSON.stringify([heard.headlines, heard.events])).not.toMatch(/p(%40|@)ss/);
  });

  it('reads the same however messages are cut into frames and packets, compressed or not', async () => {
    const message = fc
      .array(fc.constantFrom('a', 'é', '😀', '{"title":"', '"}', '\n'), { minLength: 1, maxLength: 8 })
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        async (messages, size, compress) => {
          const whole = await read((client) => messages.forEach((text) => client.send(text)));
          const cut = await read(
            (client) => {
              for (const text of messages) {
                const bytes = Buffer.from(text);
                for (let at = 0; at < bytes.length; at += size)
                  client.send(bytes.subarray(at, at + size), {
                    fin: at + size >= bytes.length,
                    binary: false,
                    compress,
                  });
              }
            },
            {},
            { perMessageDeflate: compress ? { threshold: 0 } : false },
          );
          expect(cut.titles()).toEqual(whole.titles());
          expect(cut.rejections.map(({ got }) => got)).toEqual(whole.rejections.map(({ got }) => got));
        },
      ),
      { seed: 5, numRuns: 20 },
    );
  });

  describe('reconnecting', () => {
    it('comes back after every end but the normal one', async () => {
      const { url } = await sockets(
        {},
        (client) => {
          client.send('a');
          client.close(1001, 'going away');
        },
        (client) => client.send('b', () => client.terminate()),
        (client) => client.close(4000),
        (client) => {
          client.send('c');
          goodbye(client);
        },
      );
      const heard = listen((to) => webSocketLines(url, { ...to, ...soon }));
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.headlines.map(({ id, title }) => [id, title])).toEqual([
        [0, 'a'],
        [1, 'b'],
        [2, 'c'],
      ]);
      expect(heard.types()).toEqual(['opened', 'failed', 'opened', 'failed', 'opened', 'failed', 'opened']);
      expect(heard.events.flatMap((event) => (event.type === 'failed' ? [event.message] : []))).toEqual([
        `${url} closed the connection after 1 messages, with code 1001 and reason "going away".`,
        `${url} broke off after 1 messages.`,
        `${url} broke off after 0 messages, with code 4000.`,
      ]);
    });

    it('comes back after the normal end too, unless it is told to end', async () => {
      const { url } = await sockets(
        {},
        (client) => {
          client.send('a');
          goodbye(client);
        },
        (client) => client.send('b'),
      );
      const heard = listen((to) => webSocketLines(url, { ...to, ...soon, endOnClose: false }));
      await until(() => expect(heard.titles()).toEqual(['a', 'b']));
      heard.subscription.unsubscribe();
      expect(heard.ended).toBeUndefined();
      expect(heard.events[1]).toMatchObject({
        type: 'failed',
        code: 'HW_HTTP_CUT',
        message: `${url} closed the connection after 1 messages, with code 1000.`,
      });
    });

    it('waits less for a server that closes each connection after messages than for one that sends none', async () => {
      const waits = async (send: (client: WebSocket) => void): Promise<readonly number[]> => {
        const { url } = await sockets({}, (client) => {
          send(client);
          goodbye(client);
        });
        const { scheduler, pass } = clock();
        const heard = listen((to) => webSocketLines(url, { ...to, scheduler, seed: 3, maxAttempts: 1e6 }));
        const failures = () =>
          heard.events.flatMap((event) => (event.type === 'failed' ? [event.nextInMs ?? Infinity] : []));
        for (let i = 1; i <= 12; i++) {
          await until(() => expect(failures()).toHaveLength(i));
          pass(60_000);
        }
        heard.subscription.unsubscribe();
        return failures();
      };
      expect(Math.max(...(await waits((client) => client.send('a'))))).toBeLessThanOrEqual(4_000);
      expect(Math.max(...(await waits(() => undefined)))).toBeGreaterThan(4_000);
    });

    it.each([
      ['frames that no server may send', Buffer.from([0x81, 0x80, 0, 0, 0, 0])],
      ['an unknown kind of frame', Buffer.from([0x83, 0])],
      ['text that is not UTF-8', Buffer.from([0x81, 1, 0xff])],
      ['a compressed frame that was not agreed', Buffer.from([0xc1, 1, 0])],
    ])('comes back after %s', async (_name, bytes) => {
      const { url } = await sockets(
        { perMessageDeflate: false },
        (client) => {
          client.send('a');
          (client as unknown as { readonly _socket: Socket })._socket.write(bytes);
        },
        (client) => {
          client.send('b');
          goodbye(client);
        },
      );
      const heard = listen((to) => webSocketLines(url, { ...to, ...soon }));
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.titles()).toEqual(['a', 'b']);
      expect(heard.events[1]).toMatchObject({ type: 'failed', code: 'HW_HTTP_CUT' });
    });

    it('takes any form of the answer that opens it, and hangs up on a server that only says goodbye', async () => {
      const server = createHttpServer().on('upgrade', (request, socket) => {
        running.push(() => socket.destroy());
        const key = `${String(request.headers['sec-websocket-key'])}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
        const head = [
          'HTTP/1.1 101 Switching Protocols',
          'upgrade: WebSocket',
          'connection: keep-alive, upgrade',
          `sec-websocket-accept: ${createHash('sha1').update(key).digest('base64')}`,
          'sec-websocket-extensions: permessage-deflate; server_max_window_bits="12"',
          '\r\n',
        ];
        // The text `a`, and a close frame with 1000. The connection stays open.
        socket.write(Buffer.concat([Buffer.from(head.join('\r\n')), Buffer.from('810161880203e8', 'hex')]));
      });
      running.push(() => server.close());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const heard = listen((to) => webSocketLines(url, { ...to, ...soon, bodyTimeout: 50 }));
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.titles()).toEqual(['a']);
    });

    it('comes back to a server that is replaced, if it was there before', async () => {
      let up = true;
      const server = createHttpServer((_request, response) => response.writeHead(404).end());
      const upgrades = new WebSocketServer({ noServer: true });
      server.on('upgrade', (request, socket, head) => {
        if (!up) socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');
        else
          upgrades.handleUpgrade(request, socket, head, (client) => {
            client.send(heard.titles().length === 0 ? 'a' : 'b');
            client.close(heard.titles().length === 0 ? 1001 : 1000);
            up = false;
          });
      });
      running.push(() => server.close());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const heard = listen((to) => webSocketLines(url, { ...to, ...soon }));
      await until(() => expect(heard.events.at(-1)).toMatchObject({ type: 'failed', code: 'HW_HTTP_STATUS' }));
      up = true;
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.titles()).toEqual(['a', 'b']);
    });

    /** A clock that the test sets. */
    const clock = () => {
      const scheduler = new VirtualTimeScheduler();
      let now = 0;
      return {
        scheduler,
        pass: (ms: number): void => {
          now += ms;
          scheduler.maxFrames = now;
          scheduler.flush();
        },
      };
    };

    it('takes a silent connection for dead', async () => {
      const { url, clients } = await sockets({ autoPong: false }, (client) => client.send('a'), goodbye);
      const { scheduler, pass } = clock();
      const heard = listen((to) => webSocketLines(url, { ...to, ...soon, bodyTimeout: 100, scheduler }));
      await until(() => expect(heard.titles()).toEqual(['a']));
      // It was heard in the first half, and pinged after the second.
      pass(50);
      pass(50);
      expect(heard.types()).toEqual(['opened']);
      pass(50);
      expect(heard.events.slice(1)).toMatchObject([{ type: 'failed', code: 'HW_HTTP_TIMEOUT' }]);
      await until(() => expect(clients[0]?.readyState).toBe(3));
      pass(2);
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.types()).toEqual(['opened', 'failed', 'opened']);
    });

    it('takes one that answers pings for alive', async () => {
      let pongs = 0;
      const heardPong = (): void => {
        pongs++;
      };
      subscribe('undici:websocket:pong', heardPong);
      running.push(() => unsubscribe('undici:websocket:pong', heardPong));
      const { url, clients } = await sockets({}, (client) => client.send('a'));
      const { scheduler, pass } = clock();
      const heard = listen((to) => webSocketLines(url, { ...to, ...soon, bodyTimeout: 100, scheduler }));
      await until(() => expect(heard.titles()).toEqual(['a']));
      for (let pings = 1; pings <= 4; pings++) {
        pass(50);
        pass(50);
        await until(() => expect(pongs).toBe(pings));
      }
      clients.forEach(goodbye);
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.types()).toEqual(['opened']);
    });

    it('does not count time behind a closed valve as silence', async () => {
      const brake = valve();
      const { url } = await sockets({ autoPong: false }, (client) => {
        client.send('a');
        client.send('b');
      });
      const heard = listen(
        (to) => webSocketLines(url, { ...to, bodyTimeout: 60, valve: brake }),
        () => brake.hold(),
      );
      await until(() => expect(heard.titles()).toEqual(['a']));
      await sleep(300);
      expect(heard.types()).toEqual(['opened']);
      heard.subscription.unsubscribe();
    });

    it.each<[string, (socket: Socket) => void, string, WebSocketLinesOptions?]>([
      ['says nothing', () => undefined, 'HW_HTTP_TIMEOUT', { headersTimeout: 100 }],
      ['speaks no HTTP', (socket) => void socket.end('garbage\r\n\r\n'), 'HW_HTTP_CONNECT'],
      ['hangs up', (socket) => void socket.destroy(), 'HW_HTTP_CONNECT'],
      [
        'opens something else',
        (socket) =>
          void socket.write(
            'HTTP/1.1 101 Switching Protocols\r\nUpgrade: ' +
              'websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ' +
              'bm8=\r\n\r\n',
          ),
        'HW_HTTP_CONNECT',
      ],
    ])('comes back to a server that %s', async (_name, answer, code, options = {}) => {
      let connections = 0;
      const origin = await serveRaw((socket) => {
        connections++;
        answer(socket);
      });
      const heard = listen((to) => webSocketLines(origin, { ...to, ...soon, ...options, maxAttempts: 2 }));
      await until(() => expect(heard.ended).toBeDefined());
      expect(codeOf(heard)).toBe(code);
      expect(connections).toBe(2);
      expect(heard.events).toMatchObject([
        { type: 'failed', code },
        { type: 'failed', code, nextInMs: undefined },
      ]);
    });

    it('comes back to a server that cannot be reached', async () => {
      // A port that was free a moment ago.
      const port = await new Promise<number>((resolve) => {
        const server = createServer().listen(0, '127.0.0.1', () => {
          const { port: free } = server.address() as AddressInfo;
          server.close(() => resolve(free));
        });
      });
      const heard = listen((to) => webSocketLines(`ws://127.0.0.1:${port}`, { ...to, ...soon, maxAttempts: 2 }));
      await until(() => expect(heard.ended).toBeDefined());
      expect(codeOf(heard)).toBe('HW_HTTP_CONNECT');
      expect(String(heard.ended?.error)).toContain('ECONNREFUSED');
    });

    it('does as Retry-After says', async () => {
      const origin = await serve((_request, response) => void response.writeHead(503, { 'retry-after': '3600' }).end());
      const heard = listen((to) => webSocketLines(origin, { ...to, backoff: { initialMs: 1, maxMs: 1 } }));
      await until(() =>
        expect(heard.events).toMatchObject([{ type: 'failed', code: 'HW_HTTP_STATUS', nextInMs: 3_600_000 }]),
      );
      heard.subscription.unsubscribe();
    });
  });

  describe('what ends it', () => {
    it.each<[string, RequestListener, string]>([
      ['a page', (_request, response) => void response.end('<html>'), 'HW_FEED'],
      ['404', (_request, response) => void response.writeHead(404).end(), 'HW_HTTP_STATUS'],
      ['401', (_request, response) => void response.writeHead(401).end(), 'HW_HTTP_STATUS'],
      [
        'a redirect',
        (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
        'HW_HTTP_STATUS',
      ],
    ])('is %s', async (_name, answer, code) => {
      const origin = await serve(answer);
      const heard = listen((to) => webSocketLines(origin, { ...to, ...soon }));
      await until(() => expect(heard.ended).toBeDefined());
      expect(codeOf(heard)).toBe(code);
      expect(heard.events).toMatchObject([{ type: 'failed', code, nextInMs: undefined }]);
    });
  });

  describe('rejections', () => {
    it('says what is no headline, and goes on', async () => {
      const { titles, rejections, url } = await read((client) => {
        client.send('a');
        client.send('{"title":');
        client.send('{"title":1}\n{"title":"b"}');
        client.send(Buffer.from([0xff]));
        client.send('c');
      });
      expect(titles()).toEqual(['a', 'b', 'c']);
      expect(rejections).toEqual([
        {
          type: 'rejection',
          reason: 'item',
          id: 1,
          source: url,
          field: undefined,
          expected: 'a JSON object',
          got: '{"title":',
        },
        {
          type: 'rejection',
          reason: 'field',
          id: 2,
          source: url,
          field: 'title',
          expected: 'a non-blank title',
          got: '1',
        },
        {
          type: 'rejection',
          reason: 'encoding',
          id: 4,
          source: url,
          field: undefined,
          expected: 'UTF-8',
          got: '\uFFFD',
        },
      ]);
    });

    it('rejects a message that is too long, exactly; breaks with one that is far too long', async () => {
      const { titles, rejections } = await read(
        (client) => {
          client.send('1234é');
          client.send('12345é');
          client.send('x'.repeat(48));
          client.send('z');
        },
        { maxMessageBytes: 6 },
      );
      expect(titles()).toEqual(['1234é', 'z']);
      expect(rejections.map(({ reason, expected, got }) => [reason, expected, got])).toEqual([
        ['oversize', 'at most 6 bytes', '12345é'],
        ['oversize', 'at most 6 bytes', 'x'.repeat(48)],
      ]);
    });

    it.each([
      ['whole', false, (client: WebSocket) => client.send('x'.repeat(49))],
      ['in pieces', false, (client: WebSocket) => Array.from({ length: 60 }, () => client.send('x', { fin: false }))],
      ['as a bomb', true, (client: WebSocket) => client.send('x'.repeat(10_000_000), { compress: true })],
    ])('breaks with a message that is far too long, %s', async (_name, compressed, send) => {
      const { url } = await sockets(
        { perMessageDeflate: compressed ? { threshold: 0 } : false },
        (client) => {
          client.send('a');
          send(client);
        },
        goodbye,
      );
      const heard = listen((to) => webSocketLines(url, { ...to, ...soon, maxMessageBytes: 6 }));
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.titles()).toEqual(['a']);
      expect(heard.events[1]).toMatchObject({ type: 'failed', code: 'HW_HTTP_CUT' });
    });

    it('ends at the first one where nobody takes them', async () => {
      const { url } = await sockets({}, (client) => {
        client.send('a');
        client.send('{}');
        client.send('b');
      });
      const { values, error } = await collect(webSocketLines(url));
      expect(values).toHaveLength(1);
      expect(error).toMatchObject({ code: 'HW_REJECTIONS', where: url });
    });
  });

  describe('the valve', () => {
    /** Sends many messages, each once the one before is with the network; tells how many are. */
    const flood = (client: WebSocket, messages: number, text: string) => {
      const progress = { sent: 0 };
      const pump = (): void => {
        if (progress.sent === messages) {
          goodbye(client);
          return;
        }
        client.send(text, () => {
          progress.sent++;
          pump();
        });
      };
      pump();
      return progress;
    };

    it.each([
      ['', false],
      [', compressed', true],
    ])('stops emission at once, and holds the server back%s', async (_name, compressed) => {
      let progress = { sent: 0 };
      // Does not shrink much when it is compressed.
      const text = Array.from({ length: 10_000 }, (_, i) => String.fromCharCode(97 + ((i * i * 7919) % 26))).join('');
      const { url } = await sockets(
        { perMessageDeflate: compressed ? { threshold: 0, zlibDeflateOptions: { level: 0 } } : false },
        (client) => (progress = flood(client, 2_000, text)),
      );
      const brake = valve();
      let release: (() => void) | undefined;
      const heard = listen(
        (to) => webSocketLines(url, { ...to, valve: brake, endOnClose: true }),
        ({ id }) => {
          if (id === 2) release = brake.hold();
        },
      );
      await until(() => expect(heard.headlines).toHaveLength(3));
      let before = -1;
      while (before !== progress.sent) {
        before = progress.sent;
        await sleep(150);
      }
      // Twenty megabytes are more than all the buffers on the way hold.
      expect(progress.sent).toBeLessThan(2_000);
      expect(heard.headlines).toHaveLength(3);
      release?.();
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.headlines).toHaveLength(2_000);
      expect(heard.types()).toEqual(['opened']);
    });

    it('keeps back the rest of a message', async () => {
      const brake = valve();
      const { url } = await sockets({}, (client) => client.send('a\nb\nc'));
      const heard = listen(
        (to) => webSocketLines(url, { ...to, valve: brake, endOnClose: true }),
        ({ title }) => {
          if (title === 'b') brake.hold();
        },
      );
      await until(() => expect(heard.headlines).toHaveLength(2));
      await sleep(30);
      expect(heard.titles()).toEqual(['a', 'b']);
      heard.subscription.unsubscribe();
    });

    it('ends with HW_OVERFLOW where more waits than may', async () => {
      const brake = valve();
      const { url, clients } = await sockets({}, (client) => {
        for (let i = 0; i < 10; i++) client.send('12345678');
      });
      const heard = listen(
        (to) => webSocketLines(url, { ...to, valve: brake, maxMessageBytes: 10, maxWaitingBytes: 20 }),
        () => brake.hold(),
      );
      await until(() => expect(heard.ended).toBeDefined());
      expect(codeOf(heard)).toBe('HW_OVERFLOW');
      expect(heard.headlines).toHaveLength(1);
      await until(() => expect(clients[0]?.readyState).toBe(3));
    });
  });

  it('gives others their turn, and loses nothing at the end', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const { url } = await sockets({}, (client) => {
      for (let i = 0; i < 200; i++) client.send('a');
      goodbye(client);
    });
    const heard = listen(
      (to) => webSocketLines(url, { ...to, yieldAfter: 1, endOnClose: true }),
      () => {
        const end = performance.now() + 0.2;
        while (performance.now() < end);
      },
    );
    await until(() => expect(heard.ended).toEqual({ error: undefined }));
    clearInterval(timer);
    expect(heard.headlines).toHaveLength(200);
    expect(turns).toBeGreaterThan(10);
  });

  it('says goodbye when it is left, and tells nobody of it', async () => {
    const codes: number[] = [];
    const { url } = await sockets({}, (client) => {
      client.on('close', (code) => codes.push(code));
      client.send('a');
      client.send('b');
    });
    expect((await collect(webSocketLines(url).pipe(take(1)))).values).toHaveLength(1);
    await until(() => expect(codes).toEqual([1005]));
    const heard = listen((to) => webSocketLines(url, { ...to, endOnClose: true }));
    heard.subscription.unsubscribe();
    await sleep(50);
    expect(heard.events).toEqual([]);
    expect(heard.headlines).toEqual([]);
  });

  it.each<[string, string, WebSocketLinesOptions]>([
    ['a path', 'news.txt', {}],
    ['a file', 'file:///news.txt', {}],
    ['no room for a message', 'ws://example.org', { maxMessageBytes: 0 }],
    ['less room than a message takes', 'ws://example.org', { maxMessageBytes: 10, maxWaitingBytes: 9 }],
    ['no time', 'ws://example.org', { bodyTimeout: 0 }],
    ['more time than a timer can wait', 'ws://example.org', { bodyTimeout: 2 ** 33 }],
    ['a header that cannot be sent', 'ws://example.org', { headers: { a: 'b\nc' } }],
    ['no time to emit', 'ws://example.org', { yieldAfter: 0 }],
  ])('refuses %s at once', (_name, url, options) => {
    expect(() => webSocketLines(url, options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('shows no password of what is no address', () => {
    expect(() => webSocketLines('wss://me:s3/cret@example.org')).toThrow(
      expect.objectContaining({
        message: 'Not an address: wss://example.org. Give one such as wss://example.org/news.',
        where: 'wss://example.org',
      }),
    );
  });
});
