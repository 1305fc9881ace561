import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { serverSentEvents, type ServerSentEventsOptions } from '../../../src/streams/live/serverSentEvents.js';
import { valve } from '../../../src/streams/valve.js';
import { collect } from '../collect.js';
import { serve, serveRaw } from '../servers.js';
import { codeOf, listen, until } from './listening.js';

/** Waits of a few milliseconds, so that nobody waits for a test. */
const soon = { backoff: { initialMs: 2, maxMs: 2 } } as const;

const TYPE = { 'content-type': 'text/event-stream' } as const;

const begin = (response: ServerResponse, headers: Record<string, string> = TYPE): ServerResponse => {
  response.writeHead(200, headers).flushHeaders();
  return response;
};

/** A server that answers each request in turn, and the last way from then on. */
const inTurn = async (
  ...answers: ((response: ServerResponse, request: IncomingMessage) => void)[]
): Promise<{ readonly origin: string; readonly requests: IncomingMessage[] }> => {
  const requests: IncomingMessage[] = [];
  const origin = await serve((request, response) => {
    requests.push(request);
    answers[Math.min(requests.length, answers.length) - 1]?.(response, request);
  });
  return { origin, requests };
};

const noContent = (response: ServerResponse): void => void response.writeHead(204).end();

/** All that a stream of these bytes gives, sent in pieces of a size; the server then says that there is no more. */
const read = async (body: string | Buffer, options: ServerSentEventsOptions = {}, size = Infinity) => {
  const bytes = Buffer.from(body);
  const { origin, requests } = await inTurn((response) => {
    begin(response);
    // As many writes as pieces; what the network makes of them is its own business.
    for (let at = 0; at < bytes.length; at += size) response.write(bytes.subarray(at, at + size));
    response.end();
  }, noContent);
  const heard = listen((to) => serverSentEvents(origin, { ...to, ...soon, ...options }));
  await until(() => expect(heard.ended).toEqual({ error: undefined }));
  return { ...heard, origin, requests };
};

describe('serverSentEvents', () => {
  it('emits what events hold: titles, JSON headlines, or several of them', async () => {
    const { headlines, rejections } = await read(
      [
        'id: 1\ndata: Ferry back\n\n',
        'id: 2\ndata: {"title":"Rates held","published":"2024-05-01","category":"World"}\n\n',
        'id: 3\ndata: {"title":"Own guid","guid":"g"}\n\n',
        'id: 4\ndata: One\ndata: Two\n\n',
        'data: {\ndata:  "title": "Over lines"\ndata: }\n\n',
        ': only a comment\n\n',
        'event: ping\ndata:\n\n',
        'id: 5\n\n',
      ].join(''),
    );
    expect(headlines.map(({ id, title, guid, published, category }) => [id, title, guid, published, category])).toEqual(
      [
        [0, 'Ferry back', '1', undefined, undefined],
        [1, 'Rates held', '2', 1_714_521_600_000, 'World'],
        [2, 'Own guid', 'g', undefined, undefined],
        [3, 'One', undefined, undefined, undefined],
        [4, 'Two', undefined, undefined, undefined],
        [5, 'Over lines', undefined, undefined, undefined],
      ],
    );
    expect(rejections).toEqual([]);
  });

  it('takes no end mark, ping or number for a title, and resolves relative links', async () => {
    const { headlines, rejections } = await read(
      [
        'data: [Update] Ferry back\n\n',
        'data: {"title":"Rates held","link":"/rates"}\n\n',
        'data: [{"headline":"In an array","url":"/a","id":"7","created_at":"2024-05-01T10:00:00Z"},{"title":"B"}]\n\n',
        'data: [1,2]\n\n',
        'event: ping\ndata: 1700000000\n\n',
        'event: Keep-Alive\ndata: here\n\n',
        'data: [DONE]\n\n',
      ].join(''),
    );
    expect(headlines.map(({ title }) => title)).toEqual(['[Update] Ferry back', 'Rates held', 'In an array', 'B']);
    expect(headlines[2]).toMatchObject({ guid: '7', published: Date.UTC(2024, 4, 1, 10) });
    expect(headlines[1]?.link).toMatch(/^http:\/\/[^/]+\/rates$/);
    expect(rejections).toMatchObject([{ reason: 'item', got: '[1,2]' }]);
  });

  it('asks as a stream of events is asked for, and says who asks', async () => {
    const { requests } = await read('data: a\n\n', { contact: 'me@example.org', headers: { 'X-Key': 'k' } });
    expect(requests[0]?.headers).toMatchObject({
      accept: 'text/event-stream',
      'cache-control': 'no-cache',
      'x-key': 'k',
    });
    expect(requests[0]?.headers['user-agent']).toMatch(/^headwater\/\S+ \(\+me@example\.org\)$/);
    expect(requests[0]?.headers).not.toHaveProperty('last-event-id');
  });

  it('reads the same however the stream is cut, and whichever way its lines end', async () => {
    const body =
      '\uFEFF: hello\nretry: 1\nid: 1\ndata: Überfähre\n\nid: 2\ndata: {"title":\ndata: "b"}\n\n\ndata: c\n\n';
    for (const [text, size] of [
      [body, 1],
      [body, 3],
      [body.replaceAll('\n', '\r\n'), 1],
      [body.replaceAll('\n', '\r'), 2],
      [body, Infinity],
    ] as const) {
      const { headlines, rejections, requests } = await read(text, {}, size);
      expect(headlines.map(({ title, guid }) => [title, guid])).toEqual([
        ['Überfähre', '1'],
        ['b', '2'],
        ['c', undefined],
      ]);
      expect(rejections).toEqual([]);
      expect(requests[1]?.headers['last-event-id']).toBe('2');
    }
  });

  it('takes only the types of events that are asked for', async () => {
    const { titles, requests } = await read(
      'data: a\n\nid: 7\nevent: news\ndata: b\n\nid: 8\nevent: ping\ndata: {}\n\n',
      { types: ['message', 'news'] },
    );
    expect(titles()).toEqual(['a', 'b']);
    expect(requests[1]?.headers['last-event-id']).toBe('8');
  });

  it('passes over an event that was not ended, and a field that was cut', async () => {
    const { titles, requests } = await read('id: 1\ndata: a\n\nid: 2\ndata: b\nid: 3');
    expect(titles()).toEqual(['a']);
    expect(requests[1]?.headers['last-event-id']).toBe('1');
  });

  describe('resuming', () => {
    it('sends the id of the last event it has emitted, whatever it was cut in', async () => {
      const ids = Array.from({ length: 6 }, (_, i) => `é😀${i}`);
      const events = ids.map((id, i) => `id: ${id}\ndata: ${i}\n\n`);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }), async (cuts) => {
          // The server sends what comes after the id that it is given, and cuts each connection but the last after so
          // many bytes.
          let connections = 0;
          const origin = await serve((request, response) => {
            const last = request.headers['last-event-id'];
            // Node gives each byte of a header as a character.
            const from = last === undefined ? 0 : ids.indexOf(Buffer.from(String(last), 'latin1').toString()) + 1;
            const rest = Buffer.from(events.slice(from).join(''));
            const cut = cuts[connections++];
            if (rest.length === 0) response.writeHead(204).end();
            else if (cut === undefined) begin(response).end(rest);
            else begin(response).write(rest.subarray(0, cut), () => response.destroy());
          });
          const heard = listen((to) => serverSentEvents(origin, { ...to, ...soon }));
          await until(() => expect(heard.ended).toEqual({ error: undefined }));
          expect(heard.titles()).toEqual(['0', '1', '2', '3', '4', '5']);
          expect(heard.headlines.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5]);
        }),
        { seed: 11, numRuns: 12 },
      );
    });

    it('counts an id without data too', async () => {
      const { requests } = await read('id: 1\ndata: a\n\nid: 7\n\nid: 8');
      expect(requests[1]?.headers['last-event-id']).toBe('7');
      const nul = await read('id: 1\ndata: a\n\nid: 7\0\n\n');
      expect(nul.requests[1]?.headers['last-event-id']).toBe('1');
    });

    it('begins after the id of an earlier run, and forgets an id that is taken back', async () => {
      const { requests } = await read('id:\ndata: a\n\n', { lastEventId: 'before' });
      expect(requests[0]?.headers['last-event-id']).toBe('before');
      expect(requests[1]?.headers).not.toHaveProperty('last-event-id');
    });

    it('keeps no id that cannot be sent', async () => {
      const { requests, titles } = await read('id: 1\ndata: a\n\nid: x\u0001y\ndata: b\n\n');
      expect(titles()).toEqual(['a', 'b']);
      expect(requests[1]?.headers['last-event-id']).toBe('1');
    });

    it('emits all that had come when the connection broke, behind a closed valve too, and asks for what comes after', async () => {
      const brake = valve();
      let cut = (): void => undefined;
      const { origin, requests } = await inTurn((response) => {
        begin(response).write('id: 1\ndata: a\n\nid: 2\ndata: b\ndata: c\n\nid: 3\ndata: d\n\nid: 4\ndata: e');
        cut = () => response.destroy();
      }, noContent);
      let release: (() => void) | undefined;
      const heard = listen(
        (to) => serverSentEvents(origin, { ...to, ...soon, valve: brake }),
        ({ title }) => {
          if (title === 'b') release = brake.hold();
        },
      );
      await until(() => expect(heard.titles()).toEqual(['a', 'b']));
      cut();
      await sleep(50);
      expect(heard.titles()).toEqual(['a', 'b']);
      release?.();
      await until(() => expect(heard.ended).toBeDefined());
      expect(heard.titles()).toEqual(['a', 'b', 'c', 'd']);
      expect(heard.types()).toEqual(['opened', 'failed']);
      expect(requests[1]?.headers['last-event-id']).toBe('3');
    });
  });

  describe('reconnecting', () => {
    it('waits for what `retry:` asks, on top of its own wait', async () => {
      const { events } = await read('retry: 30\ndata: a\n\n', { backoff: { initialMs: 1, maxMs: 1 } });
      expect(events.find(({ type }) => type === 'failed')).toMatchObject({ code: 'HW_HTTP_CUT', nextInMs: 30 });
      const cut = await read('data: a\n\nretry: 3', { backoff: { initialMs: 1, maxMs: 1 } });
      expect(cut.events.find(({ type }) => type === 'failed')).toMatchObject({ nextInMs: 0 });
      const badRetry = await read('retry: 3x\ndata: a\n\n', { backoff: { initialMs: 1, maxMs: 1 } });
      expect(badRetry.events.find(({ type }) => type === 'failed')).toMatchObject({ nextInMs: 0 });
    });

    it.each([408, 429, 500, 503])('comes back after %i', async (status) => {
      const { origin } = await inTurn(
        (response) => response.writeHead(status, { 'retry-after': '0' }).end('busy'),
        (response) => begin(response).end('data: a\n\n'),
        noContent,
      );
      const heard = listen((to) => serverSentEvents(origin, { ...to, ...soon }));
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.titles()).toEqual(['a']);
      expect(heard.types()).toEqual(['failed', 'opened', 'failed']);
      expect(heard.events[0]).toMatchObject({ code: 'HW_HTTP_STATUS' });
    });

    it('does as Retry-After says', async () => {
      const { origin } = await inTurn((response) => response.writeHead(503, { 'retry-after': '3600' }).end());
      const heard = listen((to) => serverSentEvents(origin, { ...to, backoff: { initialMs: 1, maxMs: 1 } }));
      await until(() => expect(heard.events).toMatchObject([{ type: 'failed', nextInMs: 3_600_000 }]));
      heard.subscription.unsubscribe();
    });

    it('comes back to a server that cannot be reached', async () => {
      const heard = listen((to) => serverSentEvents('http://127.0.0.1:1/', { ...to, ...soon, maxAttempts: 3 }));
      await until(() => expect(heard.ended).toBeDefined());
      expect(codeOf(heard)).toBe('HW_HTTP_CONNECT');
      expect(heard.events.map((event) => event.type === 'failed' && event.code)).toEqual([
        'HW_HTTP_CONNECT',
        'HW_HTTP_CONNECT',
        'HW_HTTP_CONNECT',
      ]);
    });

    it('takes a silent connection for dead, and a comment for a sign of life', async () => {
      const { origin } = await inTurn(
        (response) => begin(response).write('data: a\n\n'),
        (response) => {
          begin(response);
          const beat = setInterval(() => response.write(':\n'), 100);
          setTimeout(() => {
            clearInterval(beat);
            response.end('data: b\n\n');
          }, 2_600);
        },
        noContent,
      );
      const heard = listen((to) => serverSentEvents(origin, { ...to, ...soon, bodyTimeout: 1_000 }));
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.titles()).toEqual(['a', 'b']);
      expect(heard.events.flatMap((event) => (event.type === 'failed' ? [event.code] : []))).toEqual([
        'HW_HTTP_TIMEOUT',
        'HW_HTTP_CUT',
      ]);
    });

    it.each<[string, string, (response: ServerResponse) => void, ServerSentEventsOptions]>([
      ['sends nothing', 'HW_HTTP_TIMEOUT', () => undefined, { bodyTimeout: 100 }],
      ['breaks', 'HW_HTTP_CUT', (response) => void setTimeout(() => response.destroy(), 20), {}],
      ['ends', 'HW_HTTP_CUT', (response) => void response.end(), {}],
    ])('comes back where a stream opens and %s before its first byte', async (_name, code, then, options) => {
      const { origin } = await inTurn((response) => then(begin(response)), noContent);
      const heard = listen((to) => serverSentEvents(origin, { ...to, ...soon, ...options }));
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.events).toMatchObject([{ type: 'opened' }, { type: 'failed', code }]);
    });

    it('comes back where a compressed stream is cut, and not where its encoding is unknown', async () => {
      const cut = gzipSync('data: a\n\ndata: b\n\n').subarray(0, -4);
      const { origin } = await inTurn(
        (response) => begin(response, { ...TYPE, 'content-encoding': 'gzip' }).end(cut),
        noContent,
      );
      const heard = listen((to) => serverSentEvents(origin, { ...to, ...soon }));
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.events).toMatchObject([{ type: 'opened' }, { type: 'failed', code: 'HW_ENCODING' }]);
      const unknown = await inTurn((response) =>
        begin(response, { ...TYPE, 'content-encoding': 'lzma' }).write('data: a\n\n'),
      );
      expect((await collect(serverSentEvents(unknown.origin, soon))).error).toMatchObject({ code: 'HW_ENCODING' });
    });

    it('takes a server that never answers for dead', async () => {
      const origin = await serveRaw(() => undefined);
      const heard = listen((to) => serverSentEvents(origin, { ...to, headersTimeout: 100, maxAttempts: 1 }));
      await until(() => expect(heard.ended).toBeDefined());
      expect(codeOf(heard)).toBe('HW_HTTP_TIMEOUT');
    });

    it('survives garbage', async () => {
      const origin = await serveRaw((socket) => socket.end('this is no HTTP\r\n\r\n'));
      const heard = listen((to) => serverSentEvents(origin, { ...to, ...soon, maxAttempts: 2 }));
      await until(() => expect(heard.ended).toBeDefined());
      expect(codeOf(heard)).toBe('HW_HTTP_CONNECT');
      const { titles, rejections } = await read(`<html>\n<p>data: no\n\n\0\0\n\ndata: a\n\n`);
      expect(titles()).toEqual(['a']);
      expect(rejections).toEqual([]);
    });
  });

  it('reads answers with `100 Continue`, a long header or the content type twice', async () => {
    const heads = [
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n',
      `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-policy: ${'a'.repeat(100_000)}\r\n\r\n`,
      'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nContent-Type: text/event-stream\r\n\r\n',
    ];
    for (const head of heads) {
      const origin = await serveRaw((socket) => {
        // The answer comes in two parts, of which the first ends within `100`.
        socket.write(head.slice(0, 10), () => setImmediate(() => socket.end(`${head.slice(10)}data: a\n\n`)));
      });
      const { values } = await collect(serverSentEvents(origin).pipe(take(1)));
      expect(values.map(({ title }) => title)).toEqual(['a']);
    }
  });

  it('comes back to a server that is replaced or under maintenance, if it was there before', async () => {
    const { origin } = await inTurn(
      (response) => begin(response).end('data: a\n\n'),
      (response) => void response.writeHead(404).end(),
      (response) => begin(response, { 'content-type': 'text/html' }).end('<p>Back soon</p>'),
      (response) => begin(response).end('data: b\n\n'),
      noContent,
    );
    const heard = listen((to) => serverSentEvents(origin, { ...to, ...soon }));
    await until(() => expect(heard.ended).toEqual({ error: undefined }));
    expect(heard.titles()).toEqual(['a', 'b']);
  });

  describe('rejections', () => {
    it('says so of JSON that is nested deeper than the call stack, and goes on', async () => {
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      const { titles, rejections } = await read(
        `data: {"title":${deep}}\n\ndata: [{"title":"x","y":${deep}}]\n\ndata: {"title":"a","y":${deep}}\n\n`,
      );
      expect(titles()).toEqual(['a']);
      expect(rejections).toMatchObject([{ reason: 'field', field: 'title', got: 'an array' }, { reason: 'item' }]);
    });

    it('says what is no headline, and where it stands', async () => {
      const { titles, rejections, headlines } = await read(
        'data: a\n\nid: 1\ndata: {"title":\n\n: c\n\nevent: x\ndata: {"title":" "}\n\ndata: b\n\n',
      );
      expect(titles()).toEqual(['a', 'b']);
      expect(headlines.map(({ id }) => id)).toEqual([0, 1]);
      expect(rejections.map(({ reason, id, line, byte, field }) => [reason, id, line, byte, field])).toEqual([
        ['item', 1, 3, 9, undefined],
        ['field', 2, 8, 37, 'title'],
      ]);
    });

    it('rejects an event that is too long, exactly and once, and goes on', async () => {
      const events = [
        'data: 123456\n\n',
        'data: 1234567\n\n',
        'data: 1\ndata: 2\n\n',
        'data: 1\n: comments do not count\n: at all\nid: 12\n\n',
        `data: ${'x'.repeat(300_000)}\ndata: y\n\n`,
        'data: z\n\n',
      ];
      for (const size of [1, 7, Infinity]) {
        // A byte at a time the long one would take its time.
        const body = (size === 1 ? events.with(4, `data: ${'x'.repeat(300)}\ndata: y\n\n`) : events).join('');
        const { titles, rejections } = await read(body, { maxEventBytes: 14 }, size === 7 ? 7_001 : size);
        expect(titles()).toEqual(['123456', '1234567', '1', 'z']);
        expect(rejections.map(({ reason, line, byte, expected }) => [reason, line, byte, expected])).toEqual([
          ['oversize', 5, 29, 'at most 14 bytes'],
          ['oversize', 13, 95, 'at most 14 bytes'],
        ]);
      }
    });

    it('rejects an event that is not UTF-8', async () => {
      const { titles, rejections } = await read(Buffer.from('data: a\n\ndata: b\ndata: \xff\n\ndata: c\n\n', 'latin1'));
      expect(titles()).toEqual(['a', 'c']);
      expect(rejections).toMatchObject([{ reason: 'encoding', id: 1, line: 3, byte: 9 }]);
    });

    it('ends at the first one where nobody takes them', async () => {
      const { origin } = await inTurn((response) => begin(response).write('data: a\n\ndata: {}\n\ndata: b\n\n'));
      const { values, error } = await collect(serverSentEvents(origin));
      expect(values).toHaveLength(1);
      expect(error).toMatchObject({ code: 'HW_REJECTIONS', where: `${origin}/:3` });
    });
  });

  describe('what ends it', () => {
    it.each([
      ['a page', 'text/html'],
      ['a type that only begins alike', 'text/event-stream-not'],
      ['JSON', 'application/json'],
    ])('is %s instead of a stream', async (_name, type) => {
      const { origin, requests } = await inTurn((response) =>
        begin(response, { 'content-type': type }).write('data: a\n\n'),
      );
      const heard = listen((to) => serverSentEvents(origin, { ...to, ...soon }));
      await until(() => expect(heard.ended).toBeDefined());
      expect(codeOf(heard)).toBe('HW_FEED');
      expect(heard.events).toMatchObject([{ type: 'failed', code: 'HW_FEED', nextInMs: undefined }]);
      expect(requests).toHaveLength(1);
    });

    it('is not a type with a charset, or in capitals', async () => {
      const { origin } = await inTurn(
        (response) => begin(response, { 'content-type': 'Text/Event-Stream ; charset=utf-8' }).end('data: a\n\n'),
        noContent,
      );
      expect((await collect(serverSentEvents(origin, soon))).values).toHaveLength(1);
    });

    it.each([400, 401, 404, 410, 501])('is %i', async (status) => {
      const { origin, requests } = await inTurn((response) => response.writeHead(status).end());
      expect((await collect(serverSentEvents(origin, soon))).error).toMatchObject({ code: 'HW_HTTP_STATUS' });
      expect(requests).toHaveLength(1);
    });

    it('is UTF-16', async () => {
      const { origin } = await inTurn((response) => begin(response).write(Buffer.from('\uFEFFdata: a\n\n', 'utf16le')));
      expect((await collect(serverSentEvents(origin, soon))).error).toMatchObject({ code: 'HW_CSV' });
    });
  });

  describe('redirects', () => {
    it('are followed, and told where they are for good', async () => {
      const target = await inTurn((response) => begin(response).end('data: a\n\n'), noContent);
      const { origin, requests } = await inTurn((response) =>
        response.writeHead(301, { location: `${target.origin}/here` }).end(),
      );
      const heard = listen((to) =>
        serverSentEvents(origin.replace('//', '//me:pass@'), {
          ...to,
          ...soon,
          headers: { 'x-key': 'k' },
          allowPrivate: true,
        }),
      );
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.headlines).toMatchObject([{ title: 'a', source: `${origin}/` }]);
      expect(heard.events.slice(0, 2)).toMatchObject([
        { type: 'moved', to: `${target.origin}/here` },
        { type: 'opened' },
      ]);
      // Secrets are for the server that they were given for.
      expect(requests[0]?.headers).toMatchObject({
        'x-key': 'k',
        authorization: `Basic ${Buffer.from('me:pass').toString('base64')}`,
      });
      expect(target.requests[0]?.headers).not.toHaveProperty('x-key');
      expect(target.requests[0]?.headers).not.toHaveProperty('authorization');
    });

    it('show no password, be it that of the address or their own', async () => {
      const { origin, requests } = await inTurn(
        (response, { headers }) =>
          response.writeHead(301, { location: `http://other:p4ss@${String(headers.host)}/b` }).end(),
        (response) => response.writeHead(301, { location: '/c' }).end(),
        (response) => begin(response).end('data: a\n\n'),
        noContent,
      );
      const address = origin.replace('//', '//me:s3cret@');
      const heard = listen((to) => serverSentEvents(address, { ...to, ...soon }));
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.events[0]).toMatchObject({ type: 'moved', to: `${origin}/c` });
      expect(JSON.stringify([heard.events, heard.headlines])).not.toMatch(/s3cret|p4ss/);
      const own = `Basic ${Buffer.from('me:s3cret').toString('base64')}`;
      const theirs = `Basic ${Buffer.from('other:p4ss').toString('base64')}`;
      expect(requests.map(({ headers }) => headers.authorization)).toEqual([own, theirs, theirs, own]);
      const round = await inTurn((response) => response.writeHead(301, { location: '/' }).end());
      const { error } = await collect(serverSentEvents(round.origin.replace('//', '//me:s3cret@'), soon));
      expect(error).toMatchObject({ code: 'HW_HTTP_REDIRECTS' });
      expect(String(error)).not.toContain('s3cret');
    });

    it('are not told where they may be over soon', async () => {
      const { origin } = await inTurn(
        (response) => response.writeHead(302, { location: '/b' }).end(),
        (response) => response.writeHead(301, { location: '/c' }).end(),
        (response) => begin(response).end('data: a\n\n'),
        noContent,
      );
      const heard = listen((to) => serverSentEvents(origin, { ...to, ...soon }));
      await until(() => expect(heard.ended).toEqual({ error: undefined }));
      expect(heard.types()).toEqual(['opened', 'failed']);
    });

    it.each([
      ['round and round', 'http', '/', 'HW_HTTP_REDIRECTS'],
      ['to another scheme', 'http', 'file:///etc/passwd', 'HW_HTTP_REDIRECTS'],
    ])('end it where they lead %s', async (_name, _scheme, location, code) => {
      const { origin } = await inTurn((response) => response.writeHead(302, { location }).end());
      expect((await collect(serverSentEvents(origin, soon))).error).toMatchObject({ code });
    });

    it('do not lead into a private network, be it the one that was named', async () => {
      const target = await inTurn((response) => begin(response).write('data: secret\n\n'));
      for (const location of [target.origin, target.origin.replace('127.0.0.1', 'localhost')]) {
        const { origin } = await inTurn((response) => response.writeHead(302, { location }).end());
        expect((await collect(serverSentEvents(origin, soon))).error).toMatchObject({ code: 'HW_ADDRESS' });
      }
      expect(target.requests).toHaveLength(0);
      const within = await inTurn(
        (response) => response.writeHead(302, { location: '/b' }).end(),
        (response) => begin(response).end('data: a\n\n'),
        noContent,
      );
      expect((await collect(serverSentEvents(within.origin, soon))).values).toHaveLength(1);
    });
  });

  it('sends a password with a stray % as it is written', async () => {
    const { origin, requests } = await inTurn(noContent);
    expect((await collect(serverSentEvents(origin.replace('//', '//me:100%@'), soon))).error).toBeUndefined();
    expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('me:100%').toString('base64')}`);
  });

  it('reads a compressed stream', async () => {
    const { origin } = await inTurn(
      (response) => begin(response, { ...TYPE, 'content-encoding': 'gzip' }).end(gzipSync('data: a\n\ndata: b\n\n')),
      noContent,
    );
    expect((await collect(serverSentEvents(origin, soon))).values).toHaveLength(2);
  });

  it('honours the valve: nothing is emitted, and the server is held back', async () => {
    const event = `data: ${'x'.repeat(1_000)}\n\n`;
    let sent = 0;
    let stalled = false;
    const { origin } = await inTurn((response) => {
      begin(response);
      const pump = (): void => {
        while (sent < 20_000) {
          sent++;
          if (!response.write(event)) {
            stalled = true;
            response.once('drain', pump);
            return;
          }
        }
        response.end();
      };
      pump();
    }, noContent);
    const brake = valve();
    let release: (() => void) | undefined;
    const heard = listen(
      (to) => serverSentEvents(origin, { ...to, ...soon, valve: brake }),
      ({ id }) => {
        if (id === 2) release = brake.hold();
      },
    );
    await until(() => expect(heard.headlines).toHaveLength(3));
    // Twenty megabytes are more than all the buffers on the way hold.
    let before = -1;
    while (before !== sent) {
      before = sent;
      await sleep(100);
    }
    expect(heard.headlines).toHaveLength(3);
    expect(stalled).toBe(true);
    expect(sent).toBeLessThan(20_000);
    release?.();
    await until(() => expect(heard.ended).toEqual({ error: undefined }));
    expect(heard.headlines).toHaveLength(20_000);
  });

  it('emits nothing after the valve closes, not even the rest of an event', async () => {
    const { origin } = await inTurn((response) => begin(response).write('data: a\ndata: b\ndata: c\n\n'));
    const brake = valve();
    const heard = listen(
      (to) => serverSentEvents(origin, { ...to, valve: brake }),
      ({ title }) => {
        if (title === 'b') brake.hold();
      },
    );
    await until(() => expect(heard.headlines).toHaveLength(2));
    await sleep(30);
    expect(heard.titles()).toEqual(['a', 'b']);
    heard.subscription.unsubscribe();
  });

  it('gives others their turn', async () => {
    const { origin } = await inTurn(
      (response) => begin(response).end(`data: ${Array.from({ length: 200 }, () => 'a').join('\ndata: ')}\n\n`),
      noContent,
    );
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const heard = listen(
      (to) => serverSentEvents(origin, { ...to, ...soon, yieldAfter: 1 }),
      () => {
        const end = performance.now() + 0.2;
        while (performance.now() < end);
      },
    );
    await until(() => expect(heard.ended).toBeDefined());
    clearInterval(timer);
    expect(heard.headlines).toHaveLength(200);
    expect(turns).toBeGreaterThan(10);
  });

  it('closes its connection at once when it is left, and never opens one that was left before', async () => {
    let closed = 0;
    const { origin, requests } = await inTurn((response) => {
      response.on('close', () => closed++);
      begin(response).write('data: a\n\ndata: b\n\n');
    });
    expect((await collect(serverSentEvents(origin).pipe(take(1)))).values).toHaveLength(1);
    await until(() => expect(closed).toBe(1));
    const heard = listen((to) => serverSentEvents(origin, { ...to }));
    heard.subscription.unsubscribe();
    await sleep(30);
    expect(heard.events).toEqual([]);
    expect(requests.length).toBeLessThan(3);
  });

  it('asks anew for each subscription', async () => {
    const { origin, requests } = await inTurn((response) => begin(response).write('id: 9\ndata: a\n\n'));
    const source$ = serverSentEvents(origin).pipe(take(1));
    expect((await collect(source$)).values).toMatchObject([{ id: 0 }]);
    expect((await collect(source$)).values).toMatchObject([{ id: 0 }]);
    expect(requests.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, undefined]);
  });

  it.each<[string, string, ServerSentEventsOptions]>([
    ['a path', 'news.txt', {}],
    ['a file', 'file:///news.txt', {}],
    ['another scheme', 'ws://example.org', {}],
    ['no room for an event', 'http://example.org', { maxEventBytes: 0 }],
    ['no time', 'http://example.org', { bodyTimeout: 0 }],
    ['more time than a timer can wait', 'http://example.org', { bodyTimeout: 2 ** 31 }],
    ['an id that cannot be sent', 'http://example.org', { lastEventId: 'a\nb' }],
    ['a header that cannot be sent', 'http://example.org', { headers: { 'a b': 'c' } }],
    ['a contact that cannot be sent', 'http://example.org', { contact: 'a b' }],
    ['no time to emit', 'http://example.org', { yieldAfter: 0 }],
    ['no attempt', 'http://example.org', { maxAttempts: 0 }],
  ])('refuses %s at once', (_name, url, options) => {
    expect(() => serverSentEvents(url, options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
