import { Subject, take, takeUntil, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { LiveHeadline, SourceEvent } from '../../../src/contracts/live/Live.js';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import { feedMemory, feedMemoryFrom } from '../../../src/streams/feeds/polling/FeedMemory.js';
import { pollFeed, type PollFeedOptions } from '../../../src/streams/feeds/pollFeed.js';
import { collect } from '../collect.js';
import { serve } from '../servers.js';
import { badFeeds, type BadFeeds } from './badFeeds.js';
import { rssOf } from './fixtures.js';

let server: BadFeeds;
beforeEach(async () => {
  server = await badFeeds();
});
afterEach(() => server.close());

interface Read {
  readonly headlines: readonly LiveHeadline[];
  readonly titles: readonly string[];
  readonly events: readonly SourceEvent[];
  readonly rejections: readonly Rejection[];
  readonly error: unknown;
}

const read = async (paths: string | readonly string[], options: PollFeedOptions = {}): Promise<Read> => {
  const events: SourceEvent[] = [];
  const rejections: Rejection[] = [];
  const urls = (typeof paths === 'string' ? [paths] : paths).map((path) =>
    path.startsWith('/') ? server.origin + path : path,
  );
  const { values, error } = await collect(
    pollFeed(urls, {
      once: true,
      events: { next: (event) => void events.push(event) },
      rejections: { next: (rejection) => void rejections.push(rejection) },
      ...options,
    }),
  );
  return { headlines: values, titles: values.map(({ title }) => title), events, rejections, error };
};

/** How a feed failed: its code. */
const failure = ({ events, error }: Read): string => {
  expect(error).toBeUndefined();
  const [event] = events;
  expect(events).toHaveLength(1);
  return event?.type === 'failed' ? event.code : (event?.type ?? '');
};

describe('a feed that is read once', () => {
  it('gives its headlines, the newest last', async () => {
    const { headlines, events } = await read('/good');
    const source = `${server.origin}/good`;
    expect(headlines).toMatchObject([
      {
        id: 0,
        source,
        title: 'First headline',
        guid: 'First headline',
        link: undefined,
        published: undefined,
        category: undefined,
      },
      { id: 1, source, title: 'Second headline' },
    ]);
    expect(events).toMatchObject([{ type: 'read', source, items: 2, nextInMs: undefined }]);
  });

  it('says who asks', async () => {
    await read('/good', { contact: 'https://example.org/bot' });
    expect(server.headers[0]?.['user-agent']).toMatch(/^headwater\/\d+\.\d+\.\d+ \(\+https:\/\/example\.org\/bot\)$/);
  });

  it('sends the name and the password of its address to that server, and shows them nowhere', async () => {
    const { headlines, events } = await read(server.origin.replace('//', '//user:p%40ss@') + '/elsewhere');
    expect(server.headers.map(({ authorization }) => authorization)).toEqual([
      `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
      `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    ]);
    expect(JSON.stringify([headlines, events])).not.toContain('p%40ss');
  });

  it('shows no password in the links that it gives, where it has moved to, or what is remembered of it', async () => {
    const origin = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(301, { location: '/page' }).end();
      else if (request.url === '/page')
        response.end('<html><head><link rel="alternate" type="application/rss+xml" href="feed"></head></html>');
      else
        response
          .writeHead(200, { etag: '"1"' })
          .end('<rss version="2.0"><channel><item><title>a</title><link>/1</link></item></channel></rss>');
    });
    const memory = feedMemory();
    const result = await read(`${origin.replace('//', '//me:s3cret@')}/old`, { memory });
    expect(result.headlines).toMatchObject([{ link: `${origin}/1` }]);
    expect(result.events).toMatchObject([{ type: 'moved', to: `${origin}/feed` }, { type: 'read' }]);
    expect(memory.toJSON().feeds).toMatchObject([{ feed: `${origin}/old`, address: `${origin}/feed`, etag: '"1"' }]);
  });

  it('shows no password in messages', async () => {
    const { events } = await read(`${server.origin.replace('//', '//me:s3cret@')}/round`);
    expect(events).toMatchObject([
      {
        type: 'failed',
        code: 'HW_HTTP_REDIRECTS',
        message: expect.stringContaining(`the last time to ${server.origin}/round`) as string,
      },
    ]);
    expect(() => pollFeed('https://me:s3/cret@example.org/feed')).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('Not an address: https://example.org/feed.') as string,
        where: 'https://example.org/feed',
      }),
    );
  });

  it('is one feed for each name and password, and each is remembered for itself', async () => {
    const origin = await serve((request, response) => {
      if (request.headers['if-none-match'] === undefined)
        response.writeHead(200, { etag: '"1"' }).end(rssOf(`for ${String(request.headers.authorization)}`));
      else response.writeHead(304).end();
    });
    const address = (user: string): string => `${origin.replace('//', `//${user}@`)}/feed`;
    const { titles } = await read([address('a:1'), address('b:2'), address('a:1')], { memory: feedMemory() });
    expect(titles).toEqual(['for Basic YTox', 'for Basic Yjoy']);
  });

  it('is asked for once, however often it is given', async () => {
    const { headlines } = await read(['/good', '/good#top', '/good']);
    expect(server.asked).toEqual(['/good']);
    expect(headlines[0]?.source).toBe(`${server.origin}/good`);
  });

  it('is decompressed', async () => {
    expect((await read('/brotli')).titles).toEqual(['First headline', 'Second headline']);
  });

  it('is read as what it is, whatever it is declared as', async () => {
    expect((await read('/encoding')).titles).toEqual(['Café – naïve']);
  });
});

describe('validators', () => {
  it('are sent back to the letter, and what has not changed costs nothing', async () => {
    const memory = feedMemory();
    await read('/etag', { memory });
    const again = await read('/etag', { memory: feedMemoryFrom(memory.toJSON()) });
    expect(again.titles).toEqual([]);
    expect(again.events).toMatchObject([{ type: 'unchanged' }]);
  });

  it('hold where they were written down with a password in their address', async () => {
    const memory = feedMemoryFrom({
      formatVersion: 1,
      feeds: [
        { feed: `${server.origin}/etag`, address: `${server.origin.replace('//', '//me:s3cret@')}/etag`, etag: '"1"' },
      ],
    });
    expect(JSON.stringify(memory)).not.toContain('s3cret');
    await read(`${server.origin.replace('//', '//me:s3cret@')}/etag`, { memory });
    expect(server.headers[0]?.['if-none-match']).toBe('"1"');
  });

  it('are kept by a subscription of its own', async () => {
    const events: SourceEvent[] = [];
    const ended = new Subject<void>();
    await collect(
      pollFeed(`${server.origin}/etag`, {
        insist: true,
        intervalMs: 1,
        events: {
          next: (event) => {
            events.push(event);
            if (events.length === 3) ended.next();
          },
        },
      }).pipe(takeUntil(ended)),
    );
    expect(events.map(({ type }) => type)).toEqual(['read', 'unchanged', 'unchanged']);
  });

  it('are those of the address that gave them', async () => {
    const memory = feedMemory();
    memory.set(`${server.origin}/elsewhere`, { address: `${server.origin}/elsewhere`, etag: '"1"' });
    await read('/elsewhere', { memory });
    expect(server.headers.map((headers) => headers['if-none-match'])).toEqual(['"1"', undefined]);
    expect(memory.get(`${server.origin}/elsewhere`)).toMatchObject({
      address: `${server.origin}/good`,
      etag: undefined,
      lastModified: undefined,
    });
  });

  it('are not kept of a feed whose items were not all handed on', async () => {
    const memory = feedMemory();
    await new Promise<void>((resolve) =>
      pollFeed(`${server.origin}/etag`, { once: true, memory }).pipe(take(1)).subscribe({ complete: resolve }),
    );
    expect(memory.toJSON().feeds).toEqual([]);
  });

  it('let a 304 be that has a body it must not have', async () => {
    const memory = feedMemory();
    await read('/304-body', { memory });
    const again = await read('/304-body', { memory });
    expect(again.titles).toEqual([]);
    expect(again.events).toMatchObject([{ type: 'unchanged' }]);
  });

  it('are what a 304 is about: one that nobody asked for is a failure', async () => {
    expect(failure(await read('/304'))).toBe('HW_HTTP_STATUS');
  });
});

describe('statuses', () => {
  it.each([
    ['/missing', 'HW_HTTP_STATUS'],
    ['/gone', 'HW_HTTP_STATUS'],
    ['/busy', 'HW_HTTP_STATUS'],
    ['/empty', 'HW_FEED'],
    ['/json-error', 'HW_FEED'],
    ['/round', 'HW_HTTP_REDIRECTS'],
    ['/to-nowhere', 'HW_HTTP_REDIRECTS'],
    ['/to-file', 'HW_HTTP_REDIRECTS'],
  ])('%s fails with %s', async (path, code) => {
    expect(failure(await read(path))).toBe(code);
  });

  it('follow redirects, and tell of those for good', async () => {
    const elsewhere = await read('/elsewhere');
    expect(elsewhere.titles).toHaveLength(2);
    expect(elsewhere.events.map(({ type }) => type)).toEqual(['read']);
    const moved = await read('/moved');
    expect(moved.titles).toHaveLength(2);
    expect(moved.events).toMatchObject([
      { type: 'moved', source: `${server.origin}/moved`, to: `${server.origin}/good` },
      { type: 'read' },
    ]);
  });

  it('wait as long as is asked', async () => {
    const events: SourceEvent[] = [];
    const { values } = await collect(
      pollFeed(`${server.origin}/busy-once`, {
        insist: true,
        intervalMs: 1,
        events: { next: (event) => void events.push(event) },
      }).pipe(take(2), toArray()),
    );
    expect(values).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'failed', code: 'HW_HTTP_STATUS', nextInMs: 1_000 });
  });

  it('wait as long as is asked by a clock that is wrong', async () => {
    const events: SourceEvent[] = [];
    await new Promise<void>((resolve) => {
      const subscription = pollFeed(`${server.origin}/skew-busy`, {
        insist: true,
        events: {
          next: (event) => {
            events.push(event);
            resolve();
            setTimeout(() => subscription.unsubscribe());
          },
        },
      }).subscribe();
    });
    expect(events).toMatchObject([{ type: 'failed', nextInMs: 10_000 }]);
  });

  it('end a feed that is gone, and it alone', async () => {
    const events: SourceEvent[] = [];
    const { error } = await collect(
      pollFeed(`${server.origin}/gone`, { events: { next: (event) => void events.push(event) } }),
    );
    expect(error).toBeUndefined();
    expect(events).toMatchObject([{ type: 'failed', code: 'HW_HTTP_STATUS', nextInMs: undefined }]);
  });
});

describe('limits', () => {
  it.each([
    ['/loris', { totalTimeout: 200 }, 'HW_HTTP_TIMEOUT', []],
    ['/silent', { headersTimeout: 200 }, 'HW_HTTP_TIMEOUT', []],
    ['/stalled', { bodyTimeout: 2_000 }, 'HW_HTTP_TIMEOUT', ['Before the stall']],
    ['/bomb', { maxBytes: 1_000_000 }, 'HW_OVERFLOW', ['Before the bomb']],
    ['/cut', {}, 'HW_HTTP_CUT', ['Before the cut']],
  ])('%s, within %o, fails with %s after %o', async (path, options, code, titles) => {
    const result = await read(path, options);
    expect(failure(result)).toBe(code);
    expect(result.titles).toEqual(titles);
    // No connection is left behind.
    await expect.poll(() => server.open).toBe(0);
  });

  it('/endless is read up to its limit', async () => {
    const result = await read('/endless', { maxBytes: 1_000_000 });
    expect(failure(result)).toBe('HW_OVERFLOW');
    expect(new Set(result.titles)).toEqual(new Set(['Headline without end']));
    expect(result.titles.length).toBeGreaterThan(90);
    await expect.poll(() => server.open).toBe(0);
  });

  it('abort a request when nobody wants its answer', async () => {
    const subscription = pollFeed(`${server.origin}/stalled`).subscribe();
    await expect.poll(() => server.asked).toEqual(['/stalled']);
    subscription.unsubscribe();
    await expect.poll(() => server.open).toBe(0);
  });

  it('ask one thing of a host at a time', async () => {
    const { titles } = await read(
      ['/good', '/brotli', '/encoding', '/moved', '/page', '/missing'].map((path) => `${path}?slow`),
    );
    expect(titles.length).toBeGreaterThan(3);
    expect(server.asked).toHaveLength(8);
    expect(server.atOnce).toBe(1);
  });
});

describe('malformed feeds', () => {
  it('give what can be read, and a rejection for the rest', async () => {
    const { titles, rejections, events } = await read('/malformed');
    expect(titles).toEqual(['First headline', 'Third headline']);
    expect(rejections).toMatchObject([{ reason: 'item', source: `${server.origin}/malformed`, id: 1, field: 'title' }]);
    expect(events).toMatchObject([{ type: 'read', items: 2 }]);
  });

  it('end the stream where nobody takes rejections', async () => {
    const { error } = await read('/malformed', { rejections: undefined });
    expect(error).toBeInstanceOf(HeadwaterError);
    expect(error).toMatchObject({ code: 'HW_REJECTIONS' });
  });

  it('expand entities within bounds', async () => {
    const { titles, rejections } = await read('/laughs');
    expect(titles).toEqual(['No laughing matter']);
    expect(rejections).toMatchObject([{ id: 0, expected: 'entities of at most 100000 characters' }]);
  });

  it('keep the time that they say, and the time at which they were seen apart', async () => {
    const before = Date.now();
    const { headlines } = await read('/skew');
    expect(headlines[0]?.published).toBe(Date.UTC(2100, 11, 31, 23));
    expect(headlines[0]?.seen).toBeGreaterThanOrEqual(before);
    expect(headlines[0]?.seen).toBeLessThanOrEqual(Date.now());
  });
});

describe('pages', () => {
  it('lead to the feed that they name', async () => {
    const { titles, events } = await read('/page');
    expect(titles).toEqual(['First headline', 'Second headline']);
    expect(events).toMatchObject([
      { type: 'moved', source: `${server.origin}/page`, to: `${server.origin}/good` },
      { type: 'read' },
    ]);
  });

  it.each([
    ['/page', { discover: false }],
    ['/page-without', {}],
    ['/page-round', {}],
  ])('%s, with %o, is no feed', async (path, options) => {
    expect(failure(await read(path, options))).toBe('HW_FEED');
    expect(server.asked.length).toBeLessThan(3);
  });
});

describe('private addresses', () => {
  it.each(['/to-loopback', '/to-metadata', '/page-to-loopback'])('%s is not followed', async (path) => {
    expect(failure(await read(path))).toBe('HW_ADDRESS');
    expect(server.asked).toEqual([path]);
  });

  it('are asked where that is allowed', async () => {
    expect(failure(await read('/to-loopback', { allowPrivate: true, headersTimeout: 2_000 }))).toBe('HW_HTTP_CONNECT');
  });
});

describe('what cannot work', () => {
  it.each([
    ['no feed', [], {}],
    ['an empty address', '', {}],
    ['a path', 'feeds/news.xml', {}],
    ['a file', 'file:///news.xml', {}],
    ['another scheme', 'ftp://news.example/feed', {}],
    ['an interval under a minute', 'http://news.example', { intervalMs: 59_999 }],
    ['no interval', 'http://news.example', { intervalMs: 0, insist: true }],
    ['too much jitter', 'http://news.example', { jitter: 1.5 }],
    ['no jitter at all', 'http://news.example', { jitter: NaN }],
    ['no room', 'http://news.example', { concurrency: 0 }],
    ['no bytes', 'http://news.example', { maxBytes: 0 }],
    ['no time', 'http://news.example', { totalTimeout: 0 }],
    ['more time than a timer can wait', 'http://news.example', { totalTimeout: 2 ** 31 }],
    ['a backoff that shrinks', 'http://news.example', { backoff: { initialMs: 2_000, maxMs: 1_000 } }],
    ['a contact of two lines', 'http://news.example', { contact: 'a\r\nx: y' }],
    ['a turn without time', 'http://news.example', { yieldAfter: 0 }],
  ] as const)('%s is misuse', (_name, urls, options) => {
    expect(() => pollFeed(urls, options)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
