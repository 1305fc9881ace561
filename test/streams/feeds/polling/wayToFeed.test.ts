import { describe, expect, it } from 'vitest';
import type { SourceEvent } from '../../../../src/contracts/live/Live.js';
import { discoverFeed } from '../../../../src/streams/feeds/parsing/discoverFeed.js';
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
});
