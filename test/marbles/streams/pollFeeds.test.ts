import { ignoreElements, map, NEVER, type Observable, of, Subject, take, tap, throwError, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { SourceEvent } from '../../../src/contracts/live/Live.js';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import { backoff } from '../../../src/streams/pacing/backoff.js';
import type { FeedRequest, FeedResponse } from '../../../src/streams/feeds/polling/FeedExchange.js';
import { feedMemory } from '../../../src/streams/feeds/polling/FeedMemory.js';
import { type GivenFeed, pollFeeds, type PollRules } from '../../../src/streams/feeds/polling/pollFeeds.js';
import { valve } from '../../../src/streams/valve.js';
import { webAddress } from '../../../src/streams/bodies/http/connection/WebAddress.js';
import { rssOf } from '../../streams/feeds/fixtures.js';

const marbles = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

const response = (status: number, headers: Readonly<Record<string, string>> = {}, body = ''): FeedResponse => ({
  status,
  header: (name) => headers[name],
  bytes: Buffer.from(body),
  broken: undefined,
});
const feed = (titles: string, headers: Readonly<Record<string, string>> = {}): FeedResponse =>
  response(200, headers, rssOf(...Array.from(titles)));
const withTtl = (minutes: number, headers: Readonly<Record<string, string>> = {}): FeedResponse =>
  response(200, headers, rssOf('a').replace('<item>', `<ttl>${minutes}</ttl><item>`));

type Answers = (request: FeedRequest, asked: number) => FeedResponse | Observable<FeedResponse>;

/** Answers in their order; the last one again and again. */
const inTurn =
  (...answers: readonly (FeedResponse | Observable<FeedResponse>)[]): Answers =>
  (_request, asked) =>
    answers[Math.min(asked, answers.length - 1)]!;

/** Polls feeds whose answers are given. Their addresses are `http://<host>/`. */
const polled = (
  scheduler: TestScheduler,
  hosts: string,
  answers: Answers,
  rules: Partial<PollRules> = {},
  list$?: Observable<string>,
) => {
  const asked$ = new Subject<string>();
  const events$ = new Subject<SourceEvent>();
  const requests: FeedRequest[] = [];
  const listed = (list: string): readonly GivenFeed[] =>
    list.split(' ').flatMap((name) => (name === '' ? [] : { ...webAddress(new URL(`http://${name}`)), name }));
  const feeds = listed(hosts);
  const headline$ = pollFeeds(
    list$ === undefined ? of(feeds) : list$.pipe(map(listed)),
    (request) => {
      const times = requests.filter(({ url }) => url.href === request.url.href).length;
      requests.push(request);
      asked$.next(request.url.host + request.url.pathname.replace(/^\/$/, ''));
      const answer = answers(request, times);
      return 'status' in answer ? of(answer) : answer;
    },
    {
      pacing: { scheduler },
      once: false,
      intervalMs: 900_000,
      floorMs: 60_000,
      insist: false,
      jitter: 0,
      concurrency: 8,
      backoff: backoff({ initialMs: 60_000, maxMs: 600_000, random: () => 0.5 }),
      random: { uniform: () => 0.5, below: () => 0 },
      totalTimeout: 30_000,
      maxRedirects: 3,
      allowPrivate: false,
      discover: true,
      untitled: 'reject',
      deliveries: false,
      rejections: { next: () => undefined },
      events: events$,
      memory: feedMemory(),
      ...rules,
    },
  );
  const event$ = events$.pipe(
    map((event) => (event.type === 'read' ? `read ${event.items}` : event.type === 'failed' ? event.code : event.type)),
  );
  const wait$ = events$.pipe(map((event) => ('nextInMs' in event ? event.nextInMs : undefined)));
  return { headline$, title$: headline$.pipe(map(({ title }) => title)), asked$, events$, event$, wait$, requests };
};

describe('polling', () => {
  it('asks again after the interval, with the validators to the letter', () => {
    const scheduler = marbles();
    const { title$, asked$, event$, requests } = polled(
      scheduler,
      'x',
      inTurn(feed('ba', { etag: 'W/"1"', 'last-modified': 'then' }), response(304), feed('cb'), response(304)),
      { intervalMs: 60_000 },
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$, '^ 190s !').toBe('a 59999ms a 59999ms a 59999ms a', { a: 'x' });
      expectObservable(event$, '^ 190s !').toBe('r 59999ms u 59999ms r 59999ms f', {
        r: 'read 2',
        u: 'unchanged',
        f: 'HW_HTTP_STATUS',
      });
      expectObservable(title$, '^ 190s !').toBe('(ab) 119996ms (bc)');
    });
    expect(requests.map(({ headers }) => headers)).toEqual([
      {},
      { 'if-none-match': 'W/"1"', 'if-modified-since': 'then' },
      { 'if-none-match': 'W/"1"', 'if-modified-since': 'then' },
      {},
    ]);
  });

  it('asks without validators once a day, and finds that the server says 304 whatever it has', () => {
    const scheduler = marbles();
    // Its ETag never changes.
    const titles = 'abcdefgh';
    const { title$, requests } = polled(
      scheduler,
      'x',
      ({ headers }, asked) =>
        'if-none-match' in headers ? response(304) : feed(`${titles.charAt(asked)}z`, { etag: '"1"' }),
      { intervalMs: 43_200_000 },
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(title$, '^ 130000s !').toBe('(za) 86399996ms (zc) 43199996ms (zd)');
    });
    expect(requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      '"1"',
      undefined,
      // The reading of the second day has shown that this ETag says nothing.
      undefined,
    ]);
  });

  it('gives each headline its ordinal and the time at which it was seen', () => {
    const scheduler = marbles();
    const { headline$ } = polled(scheduler, 'x y', ({ url }) =>
      timer(url.host === 'x' ? 2 : 1, scheduler).pipe(map(() => feed(url.host))),
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(
        headline$.pipe(map(({ id, source, title, seen }) => `${id} ${source} ${title} ${seen}`)),
        '^ 9ms !',
      ).toBe('-ab', { a: '0 y y 1', b: '1 x x 2' });
    });
  });

  it('reads each feed once where that is asked for, and completes', () => {
    const scheduler = marbles();
    const { title$, event$, wait$ } = polled(
      scheduler,
      'x y z',
      ({ url }) =>
        url.host === 'x'
          ? response(500)
          : url.host === 'y'
            ? response(429, { 'retry-after': '1' })
            : timer(5, scheduler).pipe(map(() => feed('a'))),
      { once: true },
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(event$).toBe('(ff)-r', { f: 'HW_HTTP_STATUS', r: 'read 1' });
      expectObservable(wait$).toBe('(uu)-u', { u: undefined });
      expectObservable(title$).toBe('-----(a|)');
    });
  });

  it.each([
    ['the interval, where the feed says nothing', feed('a'), {}, 900_000],
    ['a longer ttl', withTtl(30), {}, 1_800_000],
    ['the interval, where the ttl is shorter', withTtl(1), {}, 900_000],
    ['a day, where the ttl is longer', withTtl(999_999), {}, 86_400_000],
    ['a longer interval than a day', withTtl(999_999), { intervalMs: 90_000_000 }, 90_000_000],
    ['a longer max-age', feed('a', { 'cache-control': 'public, max-age=3600' }), {}, 3_600_000],
    ['the longer of ttl and max-age', withTtl(90, { 'cache-control': 'max-age=3600' }), {}, 5_400_000],
    ['the interval, where max-age is of no use', feed('a', { 'cache-control': 'no-cache, max-age=3600' }), {}, 900_000],
    [
      'the interval of who insists',
      withTtl(30, { 'cache-control': 'max-age=3600' }),
      { insist: true, intervalMs: 10, floorMs: 0 },
      10,
    ],
    ['the interval and its jitter', feed('a'), { jitter: 0.1 }, 945_000],
  ])('waits for %s', (_name, answer, rules, ms) => {
    const scheduler = marbles();
    const { title$, asked$, wait$ } = polled(scheduler, 'x', inTurn(answer), rules);
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$, `^ ${ms + 1}ms !`).toBe(`a ${ms - 1}ms a`, { a: 'x' });
      expectObservable(wait$, '^!').toBe('w', { w: ms });
      expectObservable(title$, `^ ${ms + 1}ms !`).toBe(`a ${ms - 1}ms a`);
    });
  });

  it('heeds the ttl of what has not changed, and the max-age of the answer that says so', () => {
    const scheduler = marbles();
    const { title$, wait$ } = polled(
      scheduler,
      'x',
      inTurn(withTtl(30, { etag: '1' }), response(304), response(304, { 'cache-control': 'max-age=7200' })),
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(wait$, '^ 3700s !').toBe('a 1799999ms a 1799999ms b', { a: 1_800_000, b: 7_200_000 });
      expectObservable(title$, '^ 3700s !').toBe('a');
    });
  });

  it('ends a feed that is gone, and it alone', () => {
    const scheduler = marbles();
    const { title$, asked$, wait$ } = polled(scheduler, 'x y', ({ url }, asked) =>
      url.host === 'x' || asked === 1 ? response(410) : feed('a'),
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$).toBe('(xy) 899996ms y');
      expectObservable(wait$).toBe('(gw) 899996ms g', { w: 900_000, g: undefined });
      expectObservable(title$).toBe('a 899999ms |');
    });
  });
});

describe('a list of feeds that changes', () => {
  it('begins what is new, leaves what is gone, and lets the others go on', () => {
    const scheduler = marbles();
    scheduler.run(({ cold, expectObservable }) => {
      const list$ = cold('a 99s b 99s c 99s d', { a: 'x y', b: 'y x z', c: 'y', d: 'y' });
      const { title$, asked$ } = polled(scheduler, '', ({ url }) => feed(url.host), { intervalMs: 60_000 }, list$);
      expectObservable(asked$, '^ 310s !').toBe(
        // x and y every minute, z from 99 s on; x and z are left at 198 s.
        '(xy) 59996ms (xy) 38997ms z 20998ms (xy) 38997ms z 20998ms (xy) 59996ms y 59999ms y',
      );
      expectObservable(title$.pipe(ignoreElements()), '^ 310s !').toBe('');
    });
  });

  it('does not ask a feed again that is permanently gone, nor a host that asked to wait', () => {
    const scheduler = marbles();
    scheduler.run(({ cold, expectObservable }) => {
      const list$ = cold('a 9s b', { a: 'gone h/1', b: 'gone h/1 h/2' });
      const answers: Answers = ({ url }) =>
        url.host === 'gone' ? response(410) : response(429, { 'retry-after': '600' });
      const { title$, asked$ } = polled(scheduler, '', answers, {}, list$);
      expectObservable(asked$, '^ 599s !').toBe('(gh)', { g: 'gone', h: 'h/1' });
      expectObservable(title$, '^ 599s !').toBe('');
    });
  });

  it('asks no more at once for many hosts than it may', () => {
    const scheduler = marbles();
    const hosts = Array.from({ length: 20 }, (_, i) => `h${String(i)}`);
    const { title$, requests } = polled(scheduler, '', () => NEVER, { concurrency: 3 }, of(hosts.join(' ')));
    scheduler.run(({ expectObservable }) => expectObservable(title$, '^ 9ms !').toBe(''));
    expect(requests).toHaveLength(3);
  });

  it('completes with the list, once all of its feeds have ended', () => {
    const scheduler = marbles();
    const { title$ } = polled(scheduler, '', () => feed('a'), { once: true }, of('x'));
    scheduler.run(({ expectObservable }) => expectObservable(title$).toBe('(a|)'));
  });
});

describe('failures', () => {
  const failing = (): Observable<FeedResponse> => throwError(() => new HeadwaterError('HW_HTTP_CONNECT', 'down'));

  it('are followed by a minute and a jittered wait, whose bound doubles until it ends, and begins anew after a success', () => {
    const scheduler = marbles();
    const { title$, asked$, wait$ } = polled(scheduler, 'x', (_request, asked) =>
      asked === 6 ? feed('a') : failing(),
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$, '^ 2600s !').toBe(
        'a 89999ms a 119999ms a 179999ms a 299999ms a 359999ms a 359999ms a 899999ms a 89999ms a 119999ms a',
        { a: 'x' },
      );
      expectObservable(wait$, '^ 1100s !').toBe('a 89999ms b 119999ms c 179999ms d 299999ms e 359999ms e', {
        a: 90_000,
        b: 120_000,
        c: 180_000,
        d: 300_000,
        e: 360_000,
      });
      expectObservable(title$, '^ 2600s !').toBe('1410s a');
    });
  });

  it.each([
    ['as many seconds as the server asks for', response(503, { 'retry-after': '120' }), 120_000],
    ['as long as its date says', response(429, { 'retry-after': 'Thu, 01 Jan 1970 00:03:20 GMT' }), 200_000],
    [
      'as long as its date says by its own clock',
      response(503, { 'retry-after': 'Tue, 03 Mar 2026 00:05:00 GMT', date: 'Tue, 03 Mar 2026 00:00:00 GMT' }),
      300_000,
    ],
    ['a minute at least', response(503, { 'retry-after': '1' }), 60_000],
    [
      'a minute, where its date is over',
      response(503, { 'retry-after': 'Tue, 03 Mar 2026 00:00:00 GMT', date: 'Tue, 03 Mar 2026 00:00:00 GMT' }),
      60_000,
    ],
    ['as by itself, where it asks for nonsense', response(503, { 'retry-after': 'a while' }), 90_000],
    ['an interval, where it has had too much of us and does not say for how long', response(429), 900_000],
    ['a day at most', response(503, { 'retry-after': '3000000' }), 86_400_000],
  ])('wait %s', (_name, answer, ms) => {
    const scheduler = marbles();
    const { title$, asked$, wait$ } = polled(scheduler, 'x', inTurn(answer));
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$, `^ ${ms + 1}ms !`).toBe(`a ${ms - 1}ms a`, { a: 'x' });
      expectObservable(wait$, '^!').toBe('w', { w: ms });
      expectObservable(title$, `^ ${ms + 1}ms !`).toBe('-');
    });
  });

  it('of a host that has had too much hold for all of its feeds', () => {
    const scheduler = marbles();
    const { title$, asked$, event$, wait$ } = polled(scheduler, 'x/a x/b y/c', ({ url }, asked) =>
      url.pathname === '/a' && asked === 0 ? response(429, { 'retry-after': '100' }) : feed('a'),
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$, '^ 101s !').toBe('(ac) 99996ms (ab)', { a: 'x/a', b: 'x/b', c: 'y/c' });
      // The feed that waits is told of, too.
      expectObservable(event$, '^ 9s !').toBe('(ffr)', { f: 'HW_HTTP_STATUS', r: 'read 1' });
      expectObservable(wait$, '^ 9s !').toBe('(wwi)', { w: 100_000, i: 900_000 });
      expectObservable(title$, '^ 101s !').toBe('a 99999ms (aa)');
    });
  });

  it('of a host that has had too much are not waited for where each feed is read once', () => {
    const scheduler = marbles();
    const { title$, asked$, events$ } = polled(scheduler, 'x/a x/b', () => response(429, { 'retry-after': '7200' }), {
      once: true,
    });
    const messages: unknown[] = [];
    events$.subscribe((event) => messages.push('message' in event ? event.message : event));
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$).toBe('a', { a: 'x/a' });
      expectObservable(title$).toBe('|');
    });
    expect(messages[1]).toBe('x/b is not requested yet: x has answered 429 Too Many Requests, and asks to wait.');
  });

  it('end a request that takes too long', () => {
    const scheduler = marbles();
    scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
      const never = cold<FeedResponse>('-');
      const { title$, event$ } = polled(scheduler, 'x', () => never);
      expectObservable(event$, '^ 31s !').toBe('30s t', { t: 'HW_HTTP_TIMEOUT' });
      expectObservable(title$, '^ 31s !').toBe('-');
      expectSubscriptions(never.subscriptions).toBe('^ 29999ms !');
    });
  });

  it('of this program are told as well, and do not end the stream', () => {
    const scheduler = marbles();
    const { title$, event$ } = polled(
      scheduler,
      'x',
      inTurn(
        throwError(() => new TypeError('oh')),
        feed('a'),
      ),
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(event$, '^ 91s !').toBe('f 89999ms r', { f: 'HW_FEED', r: 'read 1' });
      expectObservable(title$, '^ 91s !').toBe('90s a');
    });
  });

  it('of a body come after the items before its break, and keep no validators', () => {
    const scheduler = marbles();
    const memory = feedMemory();
    const cut = { ...feed('ba', { etag: '1' }), broken: new HeadwaterError('HW_HTTP_CUT', 'cut') };
    const { title$, event$ } = polled(scheduler, 'x', inTurn(cut), { memory });
    scheduler.run(({ expectObservable }) => {
      expectObservable(event$, '^ 89s !').toBe('f', { f: 'HW_HTTP_CUT' });
      expectObservable(title$, '^ 89s !').toBe('(ab)');
    });
    expect(memory.toJSON().feeds).toEqual([]);
  });

  it('of bodies are failures in a row, and what such a body says of a move is not believed', () => {
    const scheduler = marbles();
    const cut = { ...feed('a'), broken: new HeadwaterError('HW_HTTP_CUT', 'cut') };
    const { title$, asked$, event$ } = polled(scheduler, 'x', ({ url }, asked) =>
      url.host === 'x' ? response(301, { location: 'http://y/' }) : asked === 2 ? feed('a') : cut,
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$, '^ 1201s !').toBe('(xy) 89996ms (xy) 119996ms (xy) 899996ms y 89999ms (xy)');
      expectObservable(event$, '^ 1201s !').toBe('f 89999ms f 119999ms (mr) 899996ms f 89999ms f', {
        f: 'HW_HTTP_CUT',
        m: 'moved',
        r: 'read 1',
      });
      expectObservable(title$, '^ 1201s !').toBe('a 89999ms a 119999ms a 899999ms a 89999ms a');
    });
  });

  it('of a body that is too long are followed by an interval at least: it will be too long again', () => {
    const scheduler = marbles();
    const long = { ...feed('a'), broken: new HeadwaterError('HW_OVERFLOW', 'long') };
    const { title$, wait$ } = polled(scheduler, 'x', inTurn(long), { intervalMs: 100_000 });
    scheduler.run(({ expectObservable }) => {
      expectObservable(wait$, '^ 300s !').toBe('a 99999ms b 119999ms c', { a: 100_000, b: 120_000, c: 180_000 });
      expectObservable(title$, '^ 300s !').toBe('a 99999ms a 119999ms a');
    });
  });

  it.each([
    ['nothing that is a feed', ''],
    ['the beginning of a page', '<html><head><link rel="alternate" type="application/rss+xml" href="/feed">'],
  ])('of a body are told where it has brought %s', (_name, body) => {
    const scheduler = marbles();
    const { title$, asked$, event$ } = polled(
      scheduler,
      'x',
      () => ({ ...response(200, {}, body), broken: new HeadwaterError('HW_HTTP_CUT', 'cut') }),
      { once: true },
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$).toBe('x');
      expectObservable(event$).toBe('f', { f: 'HW_HTTP_CUT' });
      expectObservable(title$).toBe('|');
    });
  });

  it.each([204, 205, 300, 302, 400, 401, 403, 404, 418, 500, 502])('are told of a %d', (status) => {
    const scheduler = marbles();
    const { title$, event$ } = polled(scheduler, 'x', inTurn(response(status, {}, rssOf('a'))), { once: true });
    scheduler.run(({ expectObservable }) => {
      expectObservable(event$).toBe('f', { f: 'HW_HTTP_STATUS' });
      expectObservable(title$).toBe('|');
    });
  });

  it('are told of a part that nobody asked for', () => {
    const scheduler = marbles();
    const { title$, event$ } = polled(scheduler, 'x', inTurn(response(206, {}, rssOf('a'))), { once: true });
    scheduler.run(({ expectObservable }) => {
      expectObservable(event$).toBe('f', { f: 'HW_HTTP_CUT' });
      expectObservable(title$).toBe('|');
    });
  });
});

describe('turns', () => {
  const slow =
    (scheduler: TestScheduler): Answers =>
    ({ url }) =>
      timer(10, scheduler).pipe(map(() => feed(url.pathname.slice(1) || url.host)));

  it('one request a host at a time', () => {
    const scheduler = marbles();
    const { title$, asked$ } = polled(scheduler, 'x/a x:81/b y/c x/d', slow(scheduler), { once: true });
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$).toBe('(ac) 6ms b 9ms d', { a: 'x/a', b: 'x:81/b', c: 'y/c', d: 'x/d' });
      expectObservable(title$).toBe('10ms (ac) 6ms b 9ms (d|)');
    });
  });

  it('so many feeds at a time', () => {
    const scheduler = marbles();
    const { title$, asked$ } = polled(scheduler, 'a b c', slow(scheduler), { once: true, concurrency: 2 });
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$).toBe('(ab) 6ms c');
      expectObservable(title$).toBe('10ms (ab) 6ms (c|)');
    });
  });

  it('are handed on when a request fails, is redirected, or runs out of time', () => {
    const scheduler = marbles();
    const { title$, asked$ } = polled(
      scheduler,
      'x/a x/b x/c x/d',
      ({ url }) =>
        ({ '/a': throwError(() => new Error('no')), '/b': NEVER, '/c': response(302, { location: '/e' }) })[
          url.pathname
        ] ?? feed('d'),
      { once: true, concurrency: 1 },
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$).toBe('(ab) 29996ms (cde)', { a: 'x/a', b: 'x/b', c: 'x/c', d: 'x/d', e: 'x/e' });
      expectObservable(title$).toBe('30s (dd|)');
    });
  });

  it('are given back by who leaves', () => {
    const scheduler = marbles();
    scheduler.run(({ cold, expectObservable, expectSubscriptions }) => {
      const answer = cold<FeedResponse>('----(a|)', { a: feed('a') });
      const { title$, asked$ } = polled(scheduler, 'x/a x/b', () => answer);
      expectObservable(asked$).toBe('a', { a: 'x/a' });
      expectObservable(title$, '^-!').toBe('-');
      expectSubscriptions(answer.subscriptions).toBe('^-!');
    });
  });
});

describe('redirects', () => {
  it('for now are followed each time', () => {
    const scheduler = marbles();
    const { title$, asked$, event$ } = polled(scheduler, 'x', ({ url }) =>
      url.host === 'x' ? response(302, { location: 'http://y/feed' }) : feed('a'),
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$, '^ 901s !').toBe('(xy) 899996ms (xy)', { x: 'x', y: 'y/feed' });
      expectObservable(event$, '^ 901s !').toBe('r 899999ms r', { r: 'read 1' });
      expectObservable(title$, '^ 901s !').toBe('a 899999ms a');
    });
  });

  it('for good are told, and kept to until they fail', () => {
    const scheduler = marbles();
    const { title$, asked$, events$ } = polled(scheduler, 'x', ({ url }, asked) =>
      url.host === 'x' ? response(308, { location: 'http://y/' }) : asked === 2 ? response(404) : feed('a'),
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$, '^ 1891s !').toBe('(xy) 899996ms y 899999ms y 89999ms (xy)');
      expectObservable(
        events$.pipe(map((event) => (event.type === 'moved' ? `${event.source} ${event.to}` : event.type))),
        '^ 1891s !',
      ).toBe('(mr) 899996ms r 899999ms f 89999ms (mr)', { m: 'x http://y/', r: 'read', f: 'failed' });
      expectObservable(title$, '^ 1891s !').toBe('a 899999ms a 989999ms a');
    });
  });

  it('for good behind one for now are not kept to', () => {
    const scheduler = marbles();
    const { title$, asked$, event$ } = polled(scheduler, 'x', ({ url }) =>
      url.host === 'x'
        ? response(307, { location: 'http://y/' })
        : url.host === 'y'
          ? response(301, { location: 'http://z/' })
          : feed('a'),
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$, '^ 901s !').toBe('(xyz) 899995ms (xyz)');
      expectObservable(event$, '^ 901s !').toBe('r 899999ms r', { r: 'read 1' });
      expectObservable(title$, '^ 901s !').toBe('a 899999ms a');
    });
  });

  it('for good that lead to no feed are not believed', () => {
    const scheduler = marbles();
    const { title$, asked$, event$ } = polled(scheduler, 'x', ({ url }, asked) =>
      url.host === 'login'
        ? response(200, {}, '<html>Please log in</html>')
        : asked === 0
          ? response(301, { location: 'http://login/' })
          : feed('a'),
    );
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$, '^ 91s !').toBe('(xl) 89996ms x', { x: 'x', l: 'login' });
      expectObservable(event$, '^ 91s !').toBe('f 89999ms r', { f: 'HW_FEED', r: 'read 1' });
      expectObservable(title$, '^ 91s !').toBe('90s a');
    });
  });

  it('are followed so many times', () => {
    const scheduler = marbles();
    const { title$, asked$, event$ } = polled(scheduler, 'x', () => response(302, { location: '/' }), { once: true });
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$).toBe('(xxxx)');
      expectObservable(event$).toBe('f', { f: 'HW_HTTP_REDIRECTS' });
      expectObservable(title$).toBe('|');
    });
  });

  it('take no password to another server', () => {
    const scheduler = marbles();
    const { title$, requests } = polled(
      scheduler,
      'a:b@x',
      ({ url }) => (url.host === 'x' ? response(302, { location: 'http://y/' }) : feed('a')),
      { once: true },
    );
    scheduler.run(({ expectObservable }) => expectObservable(title$).toBe('(a|)'));
    expect(requests.map(({ headers }) => headers)).toEqual([{ authorization: 'Basic YTpi' }, {}]);
  });

  it.each([
    ['10.0.0.1', '10.0.0.1 10.0.0.2', [true, false]],
    ['localhost', 'localhost localhost:81', [true, false]],
    ['localhost', 'localhost localhost/feed', [true, true]],
    ['news.example', 'news.example 10.0.0.1', [false, false]],
    ['nas', 'nas news.example nas', [true, false, true]],
  ])('of %s through %s may ask private addresses: %o', (given, hops, expected) => {
    const scheduler = marbles();
    const addresses = hops.split(' ');
    let hop = 0;
    const { title$, requests } = polled(
      scheduler,
      given,
      () => (++hop < addresses.length ? response(302, { location: `http://${addresses[hop]!}` }) : feed('a')),
      { once: true },
    );
    scheduler.run(({ expectObservable }) => expectObservable(title$).toBe('(a|)'));
    expect(requests.map(({ mayBePrivate }) => mayBePrivate)).toEqual(expected);
  });
});

describe('the valve', () => {
  it('lets nothing be asked while it is closed', () => {
    const scheduler = marbles();
    const brake = valve();
    const { title$, asked$ } = polled(scheduler, 'x', inTurn(feed('a')), {
      pacing: { scheduler, valve: brake },
      intervalMs: 60_000,
    });
    const release = brake.hold();
    scheduler.run(({ cold, expectObservable }) => {
      expectObservable(
        cold('5s a 60s b 60s c').pipe(
          tap((moment) => (moment === 'a' ? release() : moment === 'b' ? brake.hold() : undefined)),
        ),
      ).toBe('5s a 60s b 60s c');
      expectObservable(asked$, '^ 200s !').toBe('5s a 59999ms a', { a: 'x' });
      expectObservable(title$, '^ 200s !').toBe('5s a 59999ms a');
    });
  });

  it('lets nothing be emitted while it is closed, even from within next', () => {
    const scheduler = marbles();
    const brake = valve();
    const { title$, event$ } = polled(scheduler, 'x', inTurn(feed('cba')), { pacing: { scheduler, valve: brake } });
    scheduler.run(({ expectObservable }) => {
      const held$ = title$.pipe(
        tap((title) => {
          if (title !== 'b') return;
          const release = brake.hold();
          scheduler.schedule(() => release(), 10);
        }),
      );
      expectObservable(event$, '^ 99ms !').toBe('10ms r', { r: 'read 3' });
      expectObservable(held$, '^ 99ms !').toBe('(ab) 6ms c');
    });
  });

  it('lets only so many answers wait behind it', () => {
    const scheduler = marbles();
    const brake = valve();
    const { title$, asked$ } = polled(
      scheduler,
      'a b c d',
      ({ url }) => timer(10, scheduler).pipe(map(() => feed(url.host))),
      { pacing: { scheduler, valve: brake }, concurrency: 2, once: true },
    );
    scheduler.run(({ cold, expectObservable }) => {
      let release = (): void => undefined;
      expectObservable(
        cold('--a 97ms b').pipe(tap((moment) => (moment === 'a' ? (release = brake.hold()) : release()))),
      ).toBe('--a 97ms b');
      expectObservable(asked$).toBe('(ab) 96ms (cd)');
      expectObservable(title$).toBe('100ms (ab) 6ms (cd|)');
    });
  });
});

describe('who listens', () => {
  it('hears of an item that cannot be read once, while it stays in the feed', () => {
    const scheduler = marbles();
    const rejection$ = new Subject<Rejection>();
    const bad = (title: string): FeedResponse => response(200, {}, rssOf('a', title));
    const { title$ } = polled(scheduler, 'x', inTurn(bad('<b></b>'), bad('<b></b>'), feed('a'), bad('<b></b>')), {
      rejections: rejection$,
      intervalMs: 60_000,
    });
    scheduler.run(({ expectObservable }) => {
      expectObservable(rejection$.pipe(map(({ id, reason }) => `${id} ${reason}`)), '^ 181s !').toBe('r 179999ms r', {
        r: '1 item',
      });
      expectObservable(title$, '^ 181s !').toBe('a 59999ms a 59999ms a 59999ms a');
    });
  });

  it.each([
    [
      'events',
      {
        events: {
          next: () => {
            throw new Error('enough');
          },
        },
      },
      'a#',
    ],
    [
      'rejections',
      {
        rejections: {
          next: () => {
            throw new Error('enough');
          },
        },
      },
      '#',
    ],
  ])('ends the stream by throwing from %s', (_name, rules, expected) => {
    const scheduler = marbles();
    const { title$ } = polled(
      scheduler,
      'x',
      inTurn(response(200, {}, rssOf('a', ...(expected === '#' ? [''] : [])))),
      rules,
    );
    scheduler.run(({ expectObservable }) =>
      expectObservable(title$).toBe(expected === '#' ? '#' : '(a#)', undefined, new Error('enough')),
    );
  });

  it('may leave from within next', () => {
    const scheduler = marbles();
    const { title$, asked$ } = polled(scheduler, 'x y', inTurn(feed('ba')));
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$).toBe('x');
      expectObservable(title$.pipe(take(1))).toBe('(a|)');
    });
  });

  it('may subscribe twice, and each polls for itself', () => {
    const scheduler = marbles();
    const { title$, asked$ } = polled(scheduler, 'x', inTurn(feed('a')), { once: true });
    scheduler.run(({ expectObservable }) => {
      expectObservable(asked$).toBe('(xx)');
      expectObservable(title$).toBe('(a|)');
      expectObservable(title$).toBe('(a|)');
    });
  });
});
