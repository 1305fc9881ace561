import { describe, expect, it } from 'vitest';
import { discoverFeed } from '../../../src/streams/feeds/parsing/discoverFeed.js';
import { feedMemory, feedMemoryFrom, FeedMemoryJson } from '../../../src/streams/feeds/polling/FeedMemory.js';
import { maxAge } from '../../../src/streams/feeds/polling/maxAge.js';
import { publishedAt } from '../../../src/streams/feeds/parsing/dates/publishedAt.js';
import { retryAfter } from '../../../src/streams/bodies/http/faults/retryAfter.js';
import { titleText } from '../../../src/streams/feeds/parsing/text/titleText.js';
import { userAgent } from '../../../src/streams/feeds/polling/userAgent.js';

describe('titleText', () => {
  it.each([
    ['plain', 'Late goal', 'Late goal'],
    ['spaces', '  Late \n\t goal\u00a0 now ', 'Late goal now'],
    ['entities', 'R&amp;D &lt;3 &eacute;&#233;&#xe9; &nbsp;&copy', 'R&D <3 ééé ©'],
    ['ampersands that are none', 'AT&T & Co; a&b', 'AT&T & Co; a&b'],
    ['inline markup', 'The <b>very</b> <i class="x">late</i> goal', 'The very late goal'],
    ['markup within a word', 'un<em>believ</em>able', 'unbelievable'],
    ['line breaks', 'Late<br>goal<br/>now<p>and</p>then', 'Late goal now and then'],
    ['images and comments', 'Late <img src="x" alt="no"><!-- hidden -->goal', 'Late goal'],
    ['scripts and styles', 'Late<script>alert("<b>")</script><style>b{}</style> goal', 'Late goal'],
    ['names that are not HTML’s', 'List<String> and <T> explained, </T>', 'List<String> and <T> explained, </T>'],
    ['brackets that nothing closes', 'if x<y then', 'if x<y then'],
    ['brackets that open nothing', '1 < 2 > 0 <- a', '1 < 2 > 0 <- a'],
    ['upper case', '<B>Late</B> goal', 'Late goal'],
    ['nothing but markup', '<b></b>', ''],
    ['control characters', 'Late\u0000\u001b[31m\u008dgoal\u007f', 'Late [31m goal'],
    ['an entity of a control character', 'Late &#27;[2J goal', 'Late [2J goal'],
  ])('makes a line of text of HTML: %s', (_name, written, text) => {
    expect(titleText(written, 'html')).toBe(text);
  });

  it('leaves markup be in plain text', () => {
    expect(titleText(' Use <b> & &amp; well ', 'text')).toBe('Use <b> & & well');
  });
});

describe('publishedAt', () => {
  const moment = Date.UTC(2026, 2, 3, 9, 5, 7);
  it.each([
    'Tue, 03 Mar 2026 09:05:07 GMT',
    'Tue, 3 Mar 2026 09:05:07 +0000',
    'Tue, 03 Mar 26 09:05:07 UT',
    'mar., 03 Mar 2026 10:05:07 +0100',
    'Wed, 03 Mar 2026 04:05:07 EST',
    '03 Mar 2026 10:05:07 CET',
    '3 March 2026 09:05:07',
    '2026-03-03T09:05:07Z',
    '2026-03-03T10:05:07+01:00',
    '2026-03-03T10:05:07+0100',
    '2026-03-03T09:05:07',
    '2026-03-03 09:05:07 +0000',
    '  2026-03-03T09:05:07Z\n',
  ])('reads %s', (written) => {
    expect(publishedAt(written)).toBe(moment);
  });

  it('takes a time without a zone for UTC, wherever it is read', () => {
    const zone = process.env['TZ'];
    try {
      process.env['TZ'] = 'Asia/Tokyo';
      expect(['3 March 2026 09:05:07', '2026-03-03T09:05:07', '2026-03-03 09:05:07'].map(publishedAt)).toEqual([
        moment,
        moment,
        moment,
      ]);
      expect(publishedAt('2026-03-03')).toBe(Date.UTC(2026, 2, 3));
      expect(publishedAt('03 Mar 2026')).toBe(Date.UTC(2026, 2, 3));
    } finally {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    }
  });

  it.each([
    ['2026-03-03', Date.UTC(2026, 2, 3)],
    ['2026-03', Date.UTC(2026, 2)],
    ['03 Mar 2026', Date.UTC(2026, 2, 3)],
  ])('reads %s as that midnight', (written, time) => {
    expect(publishedAt(written)).toBe(time);
  });

  it.each([undefined, '', 'yesterday', 'item 7', '7', '2026', '2026-13-40', '99 Foo 2026', '03/04/2026'])(
    'makes no date of %s',
    (written) => {
      expect(publishedAt(written)).toBeUndefined();
    },
  );
});

describe('retryAfter', () => {
  const now = Date.UTC(2026, 2, 3);
  it.each([
    ['120', undefined, 120_000],
    [' 0 ', undefined, 0],
    ['Tue, 03 Mar 2026 00:02:00 GMT', undefined, 120_000],
    ['Tue, 03 Mar 2026 00:02:00 GMT', 'Tue, 03 Mar 2026 00:01:00 GMT', 60_000],
    ['Tuesday, 03-Mar-26 00:02:00 GMT', undefined, 120_000],
    ['Tue Mar  3 00:02:00 2026', undefined, 120_000],
    ['Mon, 02 Mar 2026 00:00:00 GMT', undefined, 0],
    ['Tue, 03 Mar 2026 00:02:00 GMT', 'nonsense', 120_000],
    [undefined, undefined, undefined],
    ['', undefined, undefined],
    ['-1', undefined, undefined],
    ['1.5', undefined, undefined],
    ['soon 5', undefined, undefined],
  ])('takes %o, sent at %o, for %o ms', (value, date, ms) => {
    expect(retryAfter(value, date, now)).toBe(ms);
  });
});

describe('maxAge', () => {
  it.each([
    ['max-age=60', 60_000],
    ['public, MAX-AGE = "60"', 60_000],
    ['s-maxage=5', undefined],
    ['no-store, max-age=60', undefined],
    ['max-age=60, no-cache="set-cookie"', undefined],
    ['max-age=soon', undefined],
    [undefined, undefined],
  ])('takes %o for %o ms', (header, ms) => {
    expect(maxAge(header)).toBe(ms);
  });
});

describe('discoverFeed', () => {
  const link = (attributes: string): string => `<link ${attributes}>`;
  const feed = (href: string, type = 'application/rss+xml'): string =>
    link(`rel="alternate" type="${type}" href="${href}"`);

  it('finds what a page names, in its order, each once', () => {
    const html = `<html><head>${feed('/a')}${feed('b', 'application/atom+xml')}${feed('https://other.example/c', 'application/feed+json')}${feed('/a')}</head></html>`;
    expect(discoverFeed(html, new URL('https://news.example/page/'))).toEqual([
      'https://news.example/a',
      'https://news.example/page/b',
      'https://other.example/c',
    ]);
  });

  it('knows types and relations by their other names', () => {
    const html = `${feed('/a', 'application/x-rss+xml')}${feed('/b', 'text/rss')}${link('rel="feed" href="/c"')}`;
    expect(discoverFeed(html, 'https://news.example/')).toEqual(
      ['/a', '/b', '/c'].map((p) => `https://news.example${p}`),
    );
    expect(discoverFeed(feed('/o', 'application/json+oembed'), 'https://news.example/')).toEqual([]);
  });

  it.each([
    ['the page in another language', link('rel="alternate" hreflang="de" href="/de"')],
    ['a style sheet', link('rel="stylesheet" type="application/rss+xml" href="/x"')],
    ['another scheme', feed('javascript:alert(1)')],
    ['a file', feed('file:///etc/passwd')],
    ['what is no address', feed('http://')],
    ['a comment', `<!-- ${feed('/a')} -->`],
    ['a script', `<script>"${feed('/a')}"</script>`],
    ['the page itself', feed('') + feed('#') + feed('/')],
    ['a link without an address', link('rel="alternate" type="application/rss+xml"')],
  ])('does not take %s for a feed', (_name, html) => {
    expect(discoverFeed(html, 'https://news.example/')).toEqual([]);
  });

  it('knows the page by an address that is not written in full', () => {
    const forward = '<meta http-equiv="refresh" content="0; url=/">';
    expect(discoverFeed(feed('') + feed('/') + forward, 'https://NEWS.example')).toEqual([]);
  });

  it('is told by the first base what addresses are relative to', () => {
    expect(
      discoverFeed(`<base target="x"><base href="/deep/er/"><base href="/no/">${feed('a')}`, 'https://news.example/'),
    ).toEqual(['https://news.example/deep/er/a']);
  });

  it('reads attributes as they are written', () => {
    expect(
      discoverFeed(
        '<LINK HREF=" /a?x=1&amp;y=2 " REL="feed ALTERNATE" TYPE="Application/RSS+XML; charset=utf-8">',
        'https://news.example/',
      ),
    ).toEqual(['https://news.example/a?x=1&y=2']);
  });

  it('leaves a page whose elements are deeper than any', () => {
    expect(discoverFeed(`${'<div>'.repeat(600)}${feed('/a')}`, 'https://news.example/')).toEqual([]);
    expect(discoverFeed(`${'<div></div>'.repeat(600)}${feed('/a')}`, 'https://news.example/')).toHaveLength(1);
  });

  it('reads what stands behind long scripts', () => {
    const script = `<script>${'x'.repeat(1_000_000)}</script>`;
    expect(discoverFeed(script + feed('/a'), 'https://news.example/')).toEqual(['https://news.example/a']);
  });

  it('leaves what is behind the first 2,097,152 characters', () => {
    expect(discoverFeed(`${' '.repeat(2_097_152)}${feed('/a')}`, 'https://news.example/')).toEqual([]);
  });
});

describe('feedMemory', () => {
  it('comes back as it was written down', () => {
    const memory = feedMemory();
    memory.set('a', { address: 'b', etag: '"1"', lastModified: undefined });
    memory.set('c', { address: 'c' });
    memory.set('__proto__', { address: 'd', lastModified: 'then' });
    const json: unknown = JSON.parse(JSON.stringify(memory));
    expect(FeedMemoryJson.is(json)).toBe(true);
    const back = feedMemoryFrom(json as FeedMemoryJson);
    expect(back.get('a')).toEqual({ address: 'b', etag: '"1"' });
    expect(back.get('__proto__')).toEqual({ address: 'd', lastModified: 'then' });
    expect(back.get('x')).toBeUndefined();
    expect(back.toJSON()).toEqual(json);
  });

  it.each([
    null,
    {},
    { formatVersion: 2, feeds: [] },
    { formatVersion: 1, feeds: [{ feed: 'a' }] },
    { formatVersion: 1, feeds: [{ feed: 'a', address: 'a', etag: 5 }] },
  ])('is not %o', (json) => {
    expect(FeedMemoryJson.is(json)).toBe(false);
  });
});

describe('userAgent', () => {
  it('names the version, and the contact where there is one', () => {
    expect(userAgent('mailto:me@example.org')).toMatch(/^headwater\/\d+\.\d+\.\d+ \(\+mailto:me@example\.org\)$/);
    expect(userAgent(undefined)).toMatch(/^headwater\/\d+\.\d+\.\d+( \(\+https:\/\/[^\s()]+\))?$/);
  });

  it.each(['', 'a b', 'a)b', 'é@example.org', 'a\nb', 'x'.repeat(201)])('refuses %o', (contact) => {
    expect(() => userAgent(contact)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });
});
