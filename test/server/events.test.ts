import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { Subject } from 'rxjs';
import { EventSource, MessageEvent } from 'undici';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import type { LiveHeadline } from '../../src/contracts/live/Live.js';
import { EventHistory } from '../../src/server/events/EventHistory.js';
import type { HeadlineSourceContext } from '../../src/server/events/HeadlineSourceContext.js';
import { recordingModel } from '../../src/testing/recordingModel.js';
import { problemOf, type Served, serving, VOCABULARY } from './serving.js';

const headline = (id: number, title = `goal ${id}`): LiveHeadline => ({
  id,
  title,
  source: 'https://feed.example/',
  guid: `g-${id}`,
  link: 'https://feed.example/1',
  published: 0,
  seen: Date.now(),
  category: undefined,
});

interface Feed {
  readonly served: Served;
  readonly arrive: (...headlines: readonly LiveHeadline[]) => void;
  readonly context: HeadlineSourceContext;
}

/** A server with a source that emits when it is told to. */
const withFeed = async (options: Parameters<typeof serving>[0] = {}): Promise<Feed> => {
  const headline$ = new Subject<LiveHeadline>();
  let context: HeadlineSourceContext | undefined;
  const served = await serving({
    ...options,
    maxWaitMs: 1,
    headlines: (given) => {
      context = given;
      return headline$;
    },
  });
  if (context === undefined) throw new Error('The source was not asked for.');
  return { served, arrive: (...headlines) => headlines.forEach((one) => headline$.next(one)), context };
};

const LISTEN = 'GET /events HTTP/1.1\r\nHost: localhost\r\n';

const idsIn = (text: string): readonly string[] => [...text.matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id);

describe('GET /events', () => {
  it('begins with as many of the last events as are asked for, where there are so many; those who come back are told by their id', async () => {
    const { served, arrive } = await withFeed({ history: 5 });
    arrive(...Array.from({ length: 8 }, (_, id) => headline(id)));
    await served.metric('headwater_headlines_total{origin="feed",class="World",model="recording"} 8');
    let next = 99;
    const titlesFor = async (request: string): Promise<readonly string[]> => {
      const mark = `goal ${++next}`;
      const client = served.connect();
      client.socket.write(`${request}\r\n\r\n`);
      await client.until(/retry/);
      arrive(headline(next));
      const text = await client.until(new RegExp(mark));
      client.socket.destroy();
      return [...text.matchAll(/"title":"(goal \d)"/g)].map(([, title = '']) => title);
    };
    const asking = (path: string): string => LISTEN.replace('/events', path).trimEnd();
    expect(await titlesFor(asking('/events?last=2'))).toEqual(['goal 6', 'goal 7']);
    expect(await titlesFor(asking('/events'))).toEqual([]);
    expect(await titlesFor(asking('/events?last=1000'))).toEqual(['goal 5', 'goal 6', 'goal 7']);
    expect(await titlesFor(`${asking('/events?last=2')}\r\nLast-Event-ID: other-1`)).toEqual(['goal 6', 'goal 7']);
    for (const wrong of ['x', '-1', '1.5', ''])
      expect(await problemOf(await served.get(`/events?last=${wrong}`))).toEqual(['malformed', 400]);
  });

  it('tells a new listener the state of feeds that the last events do not tell', async () => {
    const { served, arrive, context } = await withFeed({ history: 3 });
    const [source, at] = ['https://feed.example/', 0];
    context.events.next({ type: 'read', source, at, items: 1, title: 'The feed', nextInMs: 1 });
    context.events.next({ type: 'failed', source, at, code: 'HW_FEED', message: 'It is no feed.', nextInMs: 1 });
    arrive(...Array.from({ length: 4 }, (_, id) => headline(id)));
    await served.metric('headwater_headlines_total{origin="feed",class="World",model="recording"} 4');
    const heard = async (path: string, mark: string): Promise<readonly string[]> => {
      const client = served.connect();
      client.socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      await client.until(/retry/);
      arrive(headline(9, mark));
      const text = await client.until(new RegExp(mark));
      client.socket.destroy();
      return Array.from(text.matchAll(/^event: source\r?\n.*"type":"(\w+)"/gm), ([, type = '']) => type);
    };
    expect(await heard('/events?last=3', 'port one')).toEqual(['read', 'failed']);
    expect(await heard('/events', 'port two')).toEqual([]);
    context.events.next({ type: 'read', source, at, items: 1, title: 'The feed', nextInMs: 1 });
    expect(await heard('/events?last=3', 'port three')).toEqual(['read']);
    context.events.next({ type: 'removed', source, at });
    arrive(...Array.from({ length: 3 }, (_, id) => headline(id)));
    await served.metric('headwater_headlines_total{origin="feed",class="World",model="recording"} 7');
    expect(await heard('/events?last=4', 'port four')).toEqual([]);
    expect(await (await served.get('/metrics')).text()).not.toContain(source);
  });

  it('sends an EventSource what the feeds bring, with ids, and what it missed when its connection was lost', async () => {
    const { served, arrive } = await withFeed();
    const through: Socket[] = [];
    const proxy = createServer((socket) => {
      const onward = createConnection(Number(served.url.port), served.url.hostname);
      through.push(socket);
      for (const [from, to] of [
        [socket, onward],
        [onward, socket],
      ] as const)
        from
          .on('error', () => undefined)
          .pipe(to)
          .once('close', () => from.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const source = new EventSource(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}/events`);
    const heard: { readonly id: string; readonly title: string }[] = [];
    source.addEventListener('prediction', (event) => {
      if (event instanceof MessageEvent)
        heard.push({
          id: event.lastEventId,
          title: (JSON.parse(String(event.data)) as { readonly title: string }).title,
        });
    });
    await new Promise((resolve) => source.addEventListener('open', resolve, { once: true }));
    arrive(headline(0), headline(1));
    await expect.poll(() => heard.length).toBe(2);
    through[0]?.destroy();
    await served.metric('headwater_listeners 0');
    arrive(headline(2));
    await expect.poll(() => heard.length).toBe(3);
    expect(heard.map(({ title }) => title)).toEqual(['goal 0', 'goal 1', 'goal 2']);
    expect(new Set(heard.map(({ id }) => id)).size).toBe(3);
    source.close();
    proxy.close();
  });

  it('tells of a headline what is known', async () => {
    const { served, arrive } = await withFeed();
    const client = served.connect();
    client.socket.write(`${LISTEN}\r\n`);
    await client.until(/retry: \d+/);
    arrive(headline(0));
    const data = /^data: (.*)$/m.exec(await client.until(/data: .*\n\n/))?.[1] ?? '';
    expect(JSON.parse(data)).toMatchObject({
      title: 'goal 0',
      guid: 'g-0',
      source: 'https://feed.example/',
      link: 'https://feed.example/1',
      published: '1970-01-01T00:00:00.000Z',
    });
  });

  it('resumes after the id that the client had last, from the history', async () => {
    const { served, arrive } = await withFeed();
    const first = served.connect();
    first.socket.write(`${LISTEN}\r\n`);
    await first.until(/retry/);
    arrive(headline(0), headline(1), headline(2));
    const [, second = ''] = idsIn(await first.until(/goal 2/));
    const again = served.connect();
    again.socket.write(`${LISTEN}Last-Event-ID: ${second}\r\n\r\n`);
    const text = await again.until(/goal 2/);
    expect(text).not.toContain('goal 1');
    expect(text).not.toContain('event: missed');
  });

  it('tells what the history no longer has, and what came from a server before', async () => {
    const { served, arrive } = await withFeed({ history: 2 });
    const first = served.connect();
    first.socket.write(`${LISTEN}\r\n`);
    await first.until(/retry/);
    arrive(headline(0));
    const [id = ''] = idsIn(await first.until(/goal 0/));
    arrive(headline(1), headline(2), headline(3));
    await first.until(/goal 3/);
    const away = served.connect();
    away.socket.write(`${LISTEN}Last-Event-ID: ${id}\r\n\r\n`);
    expect(await away.until(/goal 3/)).toMatch(/event: missed\ndata: \{"events":1\}\n\n.*goal 2.*goal 3/s);
    const stranger = served.connect();
    stranger.socket.write(`${LISTEN}Last-Event-ID: 0-17\r\n\r\n`);
    expect(await stranger.until(/goal 3/)).toMatch(/event: missed\ndata: \{"events":null\}\n\n.*goal 2.*goal 3/s);
    expect(await (await served.get('/metrics')).text()).toContain('headwater_events_missed_total 1');
  });

  it('shows that it lives', async () => {
    const { served } = await withFeed({ heartbeatMs: 10 });
    const client = served.connect();
    client.socket.write(`${LISTEN}\r\n`);
    await client.until(/(: still here\n\n[^]*){3}/);
  });

  it('tells what happens to a feed, and counts it', async () => {
    const { served, context } = await withFeed();
    const client = served.connect();
    client.socket.write(`${LISTEN}\r\n`);
    await client.until(/retry/);
    context.events.next({
      type: 'failed',
      source: 'https://feed.example/',
      at: 0,
      code: 'HW_HTTP_STATUS',
      message: 'no\nluck',
      nextInMs: 60_000,
    });
    context.rejections.next({
      type: 'rejection',
      reason: 'item',
      id: 0,
      source: 'https://feed.example/',
      line: 1,
      byte: 0,
      field: 'title',
      expected: 'a title',
      got: '',
    });
    await client.until(/event: source\ndata: \{"type":"failed".*no\\nluck/);
    const metrics = await (await served.get('/metrics')).text();
    expect(metrics).toContain('headwater_feed_errors_total{feed="https://feed.example/",code="HW_HTTP_STATUS"} 1');
    expect(metrics).toContain('headwater_feed_rejections_total{feed="https://feed.example/"} 1');
  });

  it('goes on where the model throws, and leaves out titles that are too long', async () => {
    let broken = true;
    const { served, arrive } = await withFeed({
      limits: { titleLength: 10 },
      model: recordingModel({
        probabilities: () => {
          if (broken) throw new RangeError('no luck');
          return [0.5, 0.5];
        },
      }),
    });
    const client = served.connect();
    client.socket.write(`${LISTEN}\r\n`);
    await client.until(/retry/);
    arrive(headline(0));
    await expect.poll(() => served.events.filter(({ type }) => type === 'failed').length).toBe(1);
    broken = false;
    arrive(headline(1, 'x'.repeat(11)), headline(2));
    expect(await client.until(/goal 2/)).not.toContain('xxx');
    expect(await (await served.get('/metrics')).text()).toContain(
      'headwater_headlines_dropped_total{reason="too-long"} 1',
    );
  });

  it('refuses listeners beyond the limit, and takes them when others have left', async () => {
    const { served } = await withFeed({ limits: { listeners: 1 } });
    const client = served.connect();
    client.socket.write(`${LISTEN}\r\n`);
    await client.until(/retry/);
    expect(await problemOf(await served.get('/events'))).toEqual(['listeners', 503]);
    client.socket.destroy();
    const leaving = new AbortController();
    await expect
      .poll(async () => (await fetch(new URL('/events', served.url), { signal: leaving.signal })).status)
      .toBe(200);
    leaving.abort();
  });

  it('keeps 1,000 idle listeners, and still classifies; each hears the next event', async () => {
    const { served, arrive } = await withFeed();
    const clients = Array.from({ length: 1000 }, () => served.connect());
    for (const { socket } of clients) socket.write(`${LISTEN}\r\n`);
    await Promise.all(clients.map(({ until }) => until(/retry/)));
    expect(await (await served.get('/metrics')).text()).toContain('headwater_listeners 1000');
    expect((await served.classify('"ferry"')).status).toBe(200);
    arrive(headline(0));
    await Promise.all(clients.map(({ until }) => until(/goal 0/)));
    for (const { socket } of clients) socket.destroy();
    await served.metric('headwater_listeners 0');
  });

  it('keeps nothing for a listener that does not read, and tells it later what it has missed', async () => {
    const { served, arrive } = await withFeed({ history: 10, limits: { titleLength: 100_000 }, batchSize: 1 });
    const slow = served.connect();
    slow.socket.write(`${LISTEN}\r\n`);
    await slow.until(/retry/);
    slow.socket.pause();
    // 18 MB are more than the system keeps for a connection.
    for (let id = 0; id < 200; id++) arrive(headline(id, `goal ${id} ${'x'.repeat(90_000)}`));
    await served.metric('headwater_headline_latency_seconds_count{origin="feed",model="recording"} 200');
    slow.socket.resume();
    await expect.poll(() => slow.received().includes('goal 199 ')).toBe(true);
    const missed = [...slow.received().matchAll(/"events":(\d+)/g)].reduce(
      (sum, [, events]) => sum + Number(events),
      0,
    );
    expect(missed).toBeGreaterThan(0);
    expect(idsIn(slow.received()).length + missed).toBe(200);
  });

  it('cuts a listener off that stands still for long, and none that reads', async () => {
    const { served, arrive } = await withFeed({
      limits: { titleLength: 100_000, arrivalMs: 900, stallMs: 1000 },
      heartbeatMs: 50,
      batchSize: 1,
    });
    const [reading, stalled] = [served.connect(), served.connect()];
    for (const { socket, until } of [reading, stalled]) {
      socket.write(`${LISTEN}\r\n`);
      await until(/retry/);
    }
    stalled.socket.pause();
    for (let id = 0; id < 200; id++) arrive(headline(id, `goal ${id} ${'x'.repeat(90_000)}`));
    await served.metric('headwater_listeners 1');
    // As long again, in which nothing comes but that the connection lives.
    let beats = 0;
    reading.socket.on('data', (chunk: string) => (beats += chunk.split(': still here').length - 1));
    await expect.poll(() => beats).toBeGreaterThan(25);
    arrive(headline(200));
    await expect.poll(() => reading.received().includes('"goal 200"')).toBe(true);
  });
});

describe('a server whose events are kept', () => {
  const request = (served: Served, path: string, body?: object): Promise<unknown> =>
    fetch(new URL(path, served.url), {
      method: 'POST',
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    }).catch(() => undefined);

  it.each<[string, (feed: Feed) => unknown]>([
    ['of a headline', ({ arrive }) => arrive(headline(1))],
    [
      'of a feed',
      ({ context }) => context.events.next({ type: 'unchanged', source: 'https://feed.example/', at: 0, nextInMs: 1 }),
    ],
    ['of another model', ({ served }) => request(served, '/admin/promote')],
    ['of a label', ({ served }) => request(served, '/labels', { title: 'ferry', category: 'World' })],
  ])('ends with the reason where an event %s cannot be written', async (_name, happen) => {
    const full = new HeadwaterError('HW_WRITE', 'The events could not be written: the disk is full.');
    const feed = await withFeed({
      kept: {
        epoch: 'e',
        first: 0,
        frames: [],
        append: () => {
          throw full;
        },
        isLong: false,
        rewrite: () => undefined,
      },
      labels: () => Promise.resolve(),
      candidate: { served: { ...VOCABULARY, model: recordingModel({ name: 'second' }) } },
    });
    happen(feed);
    await expect(feed.served.ended).rejects.toBe(full);
  });
});

describe('EventHistory', () => {
  it('keeps no more events, and no more bytes, than it may', () => {
    const few = new EventHistory({ events: 3, bytes: 1e6, epoch: 'e' });
    for (let id = 0; id < 10; id++) few.add('prediction', `${id}`);
    expect([few.first, few.end]).toEqual([7, 10]);
    expect(few.frame(7).toString()).toBe('id: e-7\nevent: prediction\ndata: 7\n\n');
    const light = new EventHistory({ events: 100, bytes: 100, epoch: 'e' });
    for (let id = 0; id < 10; id++) light.add('prediction', 'x'.repeat(20));
    expect(light.end - light.first).toBe(1);
  });

  it.each([
    [undefined, 10, 0],
    ['', 10, 0],
    ['e-9', 10, 0],
    ['e-6', 7, 0],
    ['e-5', 7, 1],
    ['e-10', 7, undefined],
    ['e--1', 7, undefined],
    ['f-8', 7, undefined],
    ['e-999999999999999999', 7, undefined],
    ['nonsense', 7, undefined],
  ])('goes on after %s', (lastEventId, next, missed) => {
    const history = new EventHistory({ events: 3, bytes: 1e6, epoch: 'e' });
    for (let id = 0; id < 10; id++) history.add('prediction', `${id}`);
    expect(history.resume(lastEventId)).toEqual({ next, missed });
  });
});
