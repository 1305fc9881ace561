import { describe, expect, it } from 'vitest';
import type { SourceEvent } from '../../../../src/contracts/live/Live.js';
import { discoverFeed } from '../../../../src/streams/feeds/parsing/discoverFeed.js';
import { feedMemory } from '../../../../src/streams/feeds/polling/FeedMemory.js';
import { pollFeed } from '../../../../src/streams/feeds/pollFeed.js';
import { collect } from '../../collect.js';
import { serve } from '../../servers.js';
import { rssOf } from '../fixtures.js';

const read = async (url: string) => {
  const events: SourceEvent[] = [];
  const rejections = { next: () => undefined };
  const { values } = await collect(
    pollFeed(url, { once: true, rejections, events: { next: (e) => void events.push(e) } }),
  );
  return { titles: values.map(({ title }) => title), events };
};

describe('the way to a feed', () => {
  it('takes cookies along within one chain of redirects', async () => {
    const seen: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      seen.push(request.headers.cookie);
      if (request.headers.cookie === 'a=1; b=2') response.end(rssOf('Late goal'));
      else
        response
          .writeHead(302, {
            location: '/feed',
            'set-cookie': ['a=1; Expires=Wed, 09 Jun 2033 10:18:14 GMT; Path=/', 'b=2; HttpOnly'],
          })
          .end();
    });
    expect((await read(`${origin}/feed`)).titles).toEqual(['Late goal']);
    expect((await read(`${origin}/feed`)).titles).toEqual(['Late goal']);
    expect(seen).toEqual([undefined, 'a=1; b=2', undefined, 'a=1; b=2']);
  });

  it('takes a feed whose content encoding is said to be none', async () => {
    const origin = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'none' }).end(rssOf('Late goal')),
    );
    expect((await read(origin)).titles).toEqual(['Late goal']);
  });

  it('takes a feed that comes with 202, and no page that does', async () => {
    let body = rssOf('Late goal');
    const origin = await serve((_request, response) => response.writeHead(202).end(body));
    expect((await read(origin)).titles).toEqual(['Late goal']);
    body = '<html><script>awsWafCookieDomainList = [];</script></html>';
    expect((await read(origin)).events).toMatchObject([{ type: 'failed', code: 'HW_FEED' }]);
  });

  it('tries the feeds that a page names in turn, those with the type of a feed first', async () => {
    const asked: string[] = [];
    const link = (type: string, href: string): string => `<link rel="alternate" type="${type}" href="${href}">`;
    const page = `<html><head>${link('application/json', '/api')}${link('application/rss+xml', '/gone')}${link('application/atom+xml', '/feed')}</head></html>`;
    const origin = await serve((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/') response.end(page);
      else if (request.url === '/feed') response.end(rssOf('Late goal'));
      else response.writeHead(404).end();
    });
    expect((await read(`${origin}/`)).titles).toEqual(['Late goal']);
    expect(asked).toEqual(['/', '/gone', '/feed']);
    expect(discoverFeed(page, origin).at(-1)).toBe(`${origin}/api`);
  });

  it('tells what is wrong with the last of them where none is a feed', async () => {
    const origin = await serve((request, response) => {
      if (request.url === '/')
        response.end(
          '<html><link rel="alternate" type="application/rss+xml" ' +
            'href="/a"><link rel="alternate" type="application/rss+xml" href="/b">',
        );
      else response.writeHead(request.url === '/a' ? 404 : 403).end();
    });
    const { events } = await read(`${origin}/`);
    const messages = events.map((event) => (event.type === 'failed' ? event.message : event.type));
    expect(messages).toEqual([expect.stringContaining('403')]);
  });

  it.each([
    ['<html><body><div class="hfeed h-feed">', 'microformats (h-feed)'],
    ['<html><title>Just a moment...</title>', 'checks for a browser'],
  ])('says what kind of page came: %s', async (page, told) => {
    const origin = await serve((_request, response) => response.end(page));
    const { events } = await read(origin);
    expect(events.map((event) => (event.type === 'failed' ? event.message : event.type))).toEqual([
      expect.stringContaining(told),
    ]);
  });

  it.each(['aws-chunked', 'ISO-8859-1', 'text/xml'])(
    'takes a feed whose content encoding is said to be %s',
    async (name) => {
      const origin = await serve((_request, response) =>
        response.writeHead(200, { 'content-encoding': name }).end(rssOf('Late goal')),
      );
      expect((await read(origin)).titles).toEqual(['Late goal']);
    },
  );

  it('goes to the feed that a page names in a header, or forwards to', async () => {
    const origin = await serve((request, response) => {
      if (request.url === '/header')
        response
          .setHeader('link', '</feed>; rel="alternate"; type="application/rss+xml"')
          .end('<!doctype html><title>News</title>');
      else if (request.url === '/refresh') response.setHeader('refresh', '0; url=/feed').end('<html>');
      else if (request.url === '/scheme')
        response.writeHead(301, { location: `feed://${request.headers.host ?? ''}/feed` }).end();
      else if (request.url === '/moved') response.end('<html><meta http-equiv="refresh" content="0; url=/feed">');
      else response.end(rssOf('Late goal'));
    });
    expect((await read(`${origin}/header`)).titles).toEqual(['Late goal']);
    for (const way of ['moved', 'refresh', 'scheme'])
      expect((await read(`${origin}/${way}`)).titles).toEqual(['Late goal']);
  });

  it('takes over the validators of a 304, and sends none that are empty', async () => {
    const asked: (string | undefined)[] = [];
    const origin = await serve((request, response) => {
      asked.push(request.headers['if-none-match']);
      if (request.url === '/empty') response.writeHead(200, { etag: '', 'last-modified': '' }).end(rssOf('Late goal'));
      else if (asked.length === 1) response.writeHead(200, { etag: '"1"' }).end(rssOf('Late goal'));
      else response.writeHead(304, { etag: '"2"' }).end();
    });
    const memory = feedMemory();
    for (let i = 0; i < 3; i++) await collect(pollFeed(`${origin}/feed`, { once: true, memory }));
    expect(asked).toEqual([undefined, '"1"', '"2"']);
    for (let i = 0; i < 2; i++) await collect(pollFeed(`${origin}/empty`, { once: true, memory }));
    expect(asked.slice(3)).toEqual([undefined, undefined]);
  });

  it('gives the headlines of a feed that lists the oldest first in their order, the newest last', async () => {
    const item = (title: string, day: number): string =>
      `<item><title>${title}</title><pubDate>${String(day)} May 2024</pubDate></item>`;
    const feeds: Readonly<Record<string, string>> = {
      '/rising': [item('A', 1), item('B', 2), item('C', 3)].join(''),
      '/falling': [item('C', 3), item('B', 2), item('A', 1)].join(''),
      '/pinned': [item('P', 1), item('C', 4), item('B', 3), item('A', 2)].join(''),
    };
    const origin = await serve((request, response) =>
      response.end(`<rss version="2.0"><channel>${feeds[request.url ?? '']}</channel></rss>`),
    );
    expect((await read(`${origin}/rising`)).titles).toEqual(['A', 'B', 'C']);
    expect((await read(`${origin}/falling`)).titles).toEqual(['A', 'B', 'C']);
    expect((await read(`${origin}/pinned`)).titles).toEqual(['A', 'B', 'C', 'P']);
  });
});
