// What users of feed readers have reported, each as a small feed of our own.
import { describe, expect, it, vi } from 'vitest';
import { parseFeed } from '../../../../src/streams/feeds/parseFeed.js';
import { publishedAt } from '../../../../src/streams/feeds/parsing/dates/publishedAt.js';
import { discoverFeed } from '../../../../src/streams/feeds/parsing/discoverFeed.js';
import type { FeedItem } from '../../../../src/streams/feeds/parsing/items/FeedItem.js';
import { linkedFeeds } from '../../../../src/streams/feeds/parsing/linkedFeeds.js';
import { titleText } from '../../../../src/streams/feeds/parsing/text/titleText.js';
import { xmlOutline } from '../../../../src/streams/feeds/parsing/xml/xmlOutline.js';
import { FEED } from '../fixtures.js';

const items = (feed: string): readonly FeedItem[] => parseFeed(Buffer.from(feed), undefined, FEED).items;
const rss = (item: string): string =>
  '<rss version="2.0" ' +
  `xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>C</title><item>${item}</item></channel></rss>`;
const linkOf = (link: string): string | undefined => items(rss(`<title>A</title>${link}`))[0]?.link;

describe('dates', () => {
  it.each([
    ['of Go', '2024-05-01 12:00:00.364419679 +0200 CEST'],
    ['of Go with its running time', '2024-05-01 06:00:00 -0400 EDT m=+0.000123'],
    ['of Go in a zone without a name', '2024-05-01 13:00:00 +0300 +03'],
    ['with a number for the weekday', '003, 01 May 2024 10:00:00 +0000'],
    ['with the name of the zone in words', 'Wed, 01 May 2024 06:00:00 Eastern Daylight Time'],
    ['with a longer name of the zone', 'Wed, 01 May 2024 12:00:00 Central European Summer Time'],
    ['with the name that Windows gives a zone', 'Wed, 01 May 2024 11:00:00 Central European Standard Time'],
    ['whose zone has the initials of another', 'Wed, 01 May 2024 10:00:00 Pakistan Standard Time'],
    ['with name and offset in one', 'Wed, 01 May 2024 06:00:00 EDT-0400'],
    ['whose weekday tells day from month', 'Wed, 05/01/2024 - 10:00'],
    ['whose weekday tells month from day', 'Wed 01/05/2024 10:00'],
    ['of ASP.NET', '/Date(1714557600000+0200)/'],
    ['in microseconds', '1714557600123456'],
    ['in nanoseconds', '1714557600000000000'],
    ['with many digits of a second', '2024-05-01T10:00:00.12345678901234Z'],
    ['in Arabic digits', '٢٠٢٤-٠٥-٠١ ١٠:٠٠'],
    ['with spaces of HTML', 'Wed,&nbsp;01 May 2024\u00a010:00:00 GMT'],
    ['with a weekday before the time', '01 Mayıs 2024 Çarşamba 10:00'],
    ['in Arabic', 'الأربعاء, 01 مايو 2024 10:00:00 +0000'],
    ['in Ukrainian', '1 травня 2024 10:00'],
    ['in Slovak', '1. mája 2024 10:00'],
    ['in Indonesian', 'Rabu, 01 Mei 2024 10:00'],
    ['of Java, in UTC', '2024-05-01T10:00:00Z[UTC]'],
    ['with the T of another format', 'Wed, 01 May 2024T10:00:00Z'],
    ['of a week', '2024-W18-3T10:00:00Z'],
    ['of a week, in short', '2024W183T100000Z'],
    ['of a day of the year', '2024-122T10:00:00Z'],
    ['whose plus was read as a space', '2024-05-01T12:00:00 02:00'],
    ['with an hour alone', '2024-05-01T10Z'],
    ['with an hour of the morning', 'May 1st, 2024 at 10am'],
    ['with an hour in French', 'mercredi 1 mai 2024 - 10h00'],
    ['with the name of the field', 'Published: Wed, 01 May 2024 10:00:00 GMT'],
    ['with the zone twice', 'Wed, 01 May 2024 10:00:00 GMT GMT'],
    ['with marks of direction', 'Wed, 01 May 2024 10:00:00 \u200e+0000'],
    ['with an offset apart from its sign', 'Wed, 01 May 2024 10:00:00 + 0000'],
    ['with the number of the month', '水, 01 5 2024 19:00:00 +0900'],
    ['with the month in Chinese', '周三, 01 5月 2024 18:00:00 +0800'],
    ['with the year of the Buddhist calendar', '๒๕๖๗-๐๕-๐๑ ๑๐:๐๐'],
    ['in Russian', 'среда, 1 мая 2024 г. 10:00'],
    ['of Moscow', '1 мая 2024, 13:00 (МСК)'],
    ['in Thai', '1 พฤษภาคม 2024 10:00'],
    ['in Hindi', 'बुध, 01 मई 2024 10:00:00 +0000'],
    ['in Lithuanian', 'tr, 01 gegužės 2024 10:00:00 +0000'],
    ['with an offset apart from its plus', 'Wed, 01 May 2024 12:00:00 + 02:00'],
    ['with an offset apart from its minus', 'Wed, 01 May 2024 06:00:00 - 0400'],
    ['whose weekday and Buddhist year tell day from month', 'Wed, 05/01/2567 10:00'],
  ])('%s are read', (_name, written) => {
    expect(Math.trunc((publishedAt(written) ?? 0) / 1000)).toBe(Date.UTC(2024, 4, 1, 10) / 1000);
  });

  it('are read where the weekday is also the name of a month', () => {
    expect(publishedAt('mar., 09 janv. 2024 10:00:00 +0000')).toBe(Date.UTC(2024, 0, 9, 10));
    expect(publishedAt('2020-W53-7')).toBe(Date.UTC(2021, 0, 3));
    expect(['2024-W00-1', '2024-W54-1', '2024-W18-8'].map(publishedAt)).toEqual([undefined, undefined, undefined]);
  });

  it.each([
    ['सोम, 01 जन 2024', 1],
    ['01 जन॰ 2024', 1],
    ['01 जून 2024', 6],
    ['1 ม.ค. 2024', 1],
    ['1 มี.ค. 2567', 3],
    ['01 জানু 2024', 1],
    ['01 জুন 2024', 6],
    ['01 ינו׳ 2024', 1],
    ['01 févr. 2024', 2],
    ['01 Αυγούστου 2024', 8],
    ['01 أغسطس 2024', 8],
  ])('%s is in month %i', (written, month) => {
    expect(publishedAt(written)).toBe(Date.UTC(2024, month - 1, 1));
  });

  it('in English need the months of no other language', async () => {
    vi.resetModules();
    const { publishedAt: fresh } = await import('../../../../src/streams/feeds/parsing/dates/publishedAt.js');
    const asked = vi.spyOn(Intl, 'DateTimeFormat');
    expect(fresh('Wed, 01 May 2024 10:00:00 GMT')).toBe(Date.UTC(2024, 4, 1, 10));
    expect(asked).not.toHaveBeenCalled();
    asked.mockRestore();
  });

  it('of ASP.NET are read before September 2001 too', () => {
    expect(publishedAt('/Date(946684800000)/')).toBe(Date.UTC(2000, 0, 1));
  });

  it.each([
    '1970-01-01T00:00:00+01:00',
    '1969-12-31T19:00:01-05:00',
    '1900-01-01T00:00:00',
    'Fri, 13 Dec 1901 20:45:52 GMT',
    '05/01/2024 10:00 AM',
    'Mon, 05/01/2024',
    '1 May 2024 10:00 - 12:00',
    '2024-05-01T10:00:00 99:00',
    'Tue, 03 05 2024',
    '2500-01-01',
    '2512-12-31',
  ])('%s is none', (written) => {
    expect(publishedAt(written)).toBeUndefined();
  });
});

describe('titles', () => {
  it.each([
    ['<![CDATA[Open letter]]>', 'Open letter'],
    ['Intent to unship: <a> as <area> in image maps', 'Intent to unship: <a> as <area> in image maps'],
    ['Beware of <script> in feeds', 'Beware of <script> in feeds'],
    ['What the <title> element does', 'What the <title> element does'],
    ['Why <!DOCTYPE html> matters', 'Why <!DOCTYPE html> matters'],
    ['What <?php is', 'What <?php is'],
    ['Late <!-- goal', 'Late <!-- goal'],
    ['Late <!-- no --> goal', 'Late goal'],
    ['The <a>late</a> goal', 'The late goal'],
    ['<?xml:namespace prefix = o ns = "urn:x" />Late goal', 'Late goal'],
    ['Late <![if !vml]>goal<![endif]>', 'Late goal'],
    ['Late <b>goal', 'Late goal'],
    ['Cut in an emoji \ud83d', 'Cut in an emoji'],
    ['MÃ¼ller â€“ KÃ¶ln', 'Müller – Köln'],
    ['Â£5 for Ã la carte Ö', 'Â£5 for Ã la carte Ö'],
    ['<img src="a.png" alt="Late goal">', 'Late goal'],
    ['Late <img class="emoji" alt="⚽" src="a.png"> goal<img alt="A player" src="b.png">', 'Late ⚽ goal'],
    ['<a>Late goal</a >', 'Late goal'],
    ['<i>Late</i\n> <b>goal</b id="1">', 'Late goal'],
    ['<b>Late goal</b/>', 'Late goal'],
    ['Late goal</a>', 'Late goal'],
    ['Late goal</p >', 'Late goal'],
    ['<b>Late goal</ b>', 'Late goal'],
    ['<a>Late</ a> goal', 'Late goal'],
    ['The end of </ foo> tags </ 3', 'The end of </ foo> tags </ 3'],
    ['Late goal<o:p></o:p>', 'Late goal'],
    ['The end of </foo > tags', 'The end of </foo > tags'],
    ['<foo>late</foo > goal', '<foo>late</foo > goal'],
    ['Late x<y', 'Late x<y'],
    ['Use <div> or <span>?', 'Use <div> or <span>?'],
    ['<h2> or <h3> for headings', '<h2> or <h3> for headings'],
    ['<div> Late <span> goal</span></div>', 'Late goal'],
    ['Late<div>goal', 'Late goal'],
    ['[list] =?UTF-8?Q?Caf=C3=A9_?= =?utf-8?b?w6A=?= la carte', '[list] Café à la carte'],
    ['=?ISO-8859-1*fr?q?=C9t=E9?=', 'Été'],
    ['=?x-none?Q?a?= =?UTF-8?Q?', '=?x-none?Q?a?= =?UTF-8?Q?'],
    ['\u200fLate goal\u200e', 'Late goal'],
    ['\u200d', ''],
  ])('%s', (written, title) => {
    expect(titleText(written, 'html')).toBe(title);
  });

  it.each([
    ['1 &lt; 2, and I <3 Unix </3', '1 < 2, and I <3 Unix </3'],
    ['Up <5% > down', 'Up <5% > down'],
    ['<![CDATA[I <3 Unix]]>', 'I <3 Unix'],
  ])('keep angle brackets that XML forbids: %s', (written, title) => {
    expect(items(rss(`<title>${written}</title><link>/a</link>`))).toMatchObject([
      { title, link: new URL('/a', FEED).href },
    ]);
  });

  it('end where their closing tag is not closed, or has a space before its name', () => {
    for (const closing of ['</title', '</ title>', '</\n title >'])
      expect(items(rss(`<title>Late goal${closing}<link>/a</link>`))).toMatchObject([
        { title: 'Late goal', link: new URL('/a', FEED).href },
      ]);
  });

  it('of Atom are taken out of a CDATA section that was escaped', () => {
    const entry = '<entry><title>&lt;![CDATA[Open letter]]&gt;</title></entry>';
    expect(items(`<feed xmlns="http://www.w3.org/2005/Atom">${entry}</feed>`)[0]?.title).toBe('Open letter');
  });

  it('are not broken by the half of an emoji in JSON', () => {
    expect(items('{"items":[{"title":"Late goal\\ud83d"}]}')[0]?.title).toBe('Late goal');
  });
});

describe('links', () => {
  const host = new URL(FEED).host;
  it.each([
    ['escaped twice', '<link>https://a.example/?b=1&amp;amp;c=2</link>', 'https://a.example/?b=1&c=2'],
    ['in a CDATA section as text', '<link>&lt;![CDATA[https://a.example/b]]&gt;</link>', 'https://a.example/b'],
    ['in an element of HTML', '<link>&lt;a href="https://a.example/b"&gt;b&lt;/a&gt;</link>', 'https://a.example/b'],
    [
      'in an element without quotes',
      '<link>&lt;a href=https://a.example/b&gt;b&lt;/a&gt;</link>',
      'https://a.example/b',
    ],
    ['with an angle bracket', '<link>https://a.example/?below=&lt;5</link>', 'https://a.example/?below=%3C5'],
    ['that are text', '<link>&lt;b&gt;none&lt;/b&gt;</link><guid>https://a.example/b</guid>', 'https://a.example/b'],
    ['with one slash', '<link>https:/a.example/b</link>', 'https://a.example/b'],
    ['with two schemes', '<link>http://https://a.example/b</link>', 'https://a.example/b'],
    [
      'of the site, with a guid of the article',
      '<link>https://a.example</link><guid isPermaLink="true">https://a.example/b</guid>',
      'https://a.example/b',
    ],
    [
      'of the site, with a guid that is none',
      '<link>https://a.example/</link><guid isPermaLink="false">https://a.example/b</guid>',
      'https://a.example/',
    ],
    ['without a scheme', `<link>${host}/b</link>`, `${new URL(FEED).protocol}//${host}/b`],
    [
      'of FeedBurner',
      '<link>https://feedproxy.example/~3/b</link><fb:origLink>https://a.example/b</fb:origLink>',
      'https://a.example/b',
    ],
  ])('%s', (_name, written, link) => {
    expect(linkOf(written)).toBe(link);
  });
});

describe('documents', () => {
  it('may have a message in JSON before the feed', () => {
    expect(items(`{"notice":"cached"}${rss('<title>A</title>')}`)).toMatchObject([{ title: 'A' }]);
  });

  it('are no feeds if they are JSON that only speaks of one', () => {
    expect(() => items('{"message":"Expected <rss> or <feed>"}')).toThrow(/JSON without a list of items/);
  });

  it('may have the items of the other format', () => {
    const entry = '<entry><title>A</title><link href="https://a.example/b"/></entry>';
    const mixed = `<rss version="2.0"><channel><title>C</title>${entry}</channel></rss>`;
    expect(parseFeed(Buffer.from(mixed), undefined, FEED)).toMatchObject({
      title: 'C',
      items: [{ title: 'A', link: 'https://a.example/b' }],
    });
    const item = '<item><title>A</title><link>https://a.example/b</link></item>';
    expect(items(`<feed xmlns="http://www.w3.org/2005/Atom">${item}</feed>`)).toMatchObject([
      { title: 'A', link: 'https://a.example/b' },
    ]);
  });

  it('may have items of both formats, and none of them is left out', () => {
    const [item, entry] = ['<item><title>A</title></item>', '<entry><title>B</title><id>urn:b</id></entry>'];
    const expected = [{ title: 'A' }, { title: 'B', guid: 'urn:b' }];
    expect(items(`<rss version="2.0"><channel>${item}${entry}</channel></rss>`)).toMatchObject(expected);
    expect(items(`<feed xmlns="http://www.w3.org/2005/Atom">${entry}${item}</feed>`)).toMatchObject(expected.reverse());
  });

  it('may be lists of JSON without a feed around them, such as those of WordPress', () => {
    const post =
      '{"id":7,"date":"2024-05-01T12:00:00","date_gmt":"2024-05-01T10:00:00","link":"/a",' +
      '"title":{"rendered":"Salt &amp; sand"},"excerpt":{"rendered":"<p>x</p>"}}';
    expect(items(`[${post}, {"headline":"B","url":"/b","publishedAt":"2024-05-01T11:00:00Z"}]`)).toEqual([
      expect.objectContaining({ title: 'Salt & sand', guid: '7', published: Date.UTC(2024, 4, 1, 10) }),
      expect.objectContaining({ title: 'B', published: Date.UTC(2024, 4, 1, 11) }),
    ]);
    expect(items('{"status":"ok","articles":[{"title":"A"}]}')).toMatchObject([{ title: 'A' }]);
  });

  it('may be answers of programming interfaces', () => {
    for (const list of ['results', 'hits', 'stories', 'news', 'data'])
      expect(items(`{"status":"ok","${list}": [ {"title":"A","created_utc":1714557600}]}`)).toMatchObject([
        { title: 'A', published: Date.UTC(2024, 4, 1, 10) },
      ]);
    expect(() => items('{"error":"no such page","data":[]}')).toThrow(/JSON without a list of items/);
  });

  it.each([
    ['another list before the items', '{"topics":[{"name":"Sport"}],"articles":[{"title":"A"}]}', undefined],
    ['the same in an object', '{"page":{"topics":[{"name":"Sport"}],"articles":[{"title":"A"}]}}', undefined],
    [
      'an object before that with the list',
      '{"ads":{"title":"Buy"},"response":{"results":[{"title":"A"}]}}',
      undefined,
    ],
    ['a title beside the list', '{"meta":{"n":1},"response":{"results":[{"title":"A"}],"title":"N"}}', 'N'],
    ['a title in a later object', '{"response":{"results":[{"title":"A"}]},"ads":{"title":"Buy"}}', undefined],
  ])('of JSON may have %s', (_name, written, title) => {
    const parsed = parseFeed(Buffer.from(written), undefined, FEED);
    expect(parsed).toMatchObject({ items: [{ title: 'A' }], rejections: [] });
    expect(parsed.title).toBe(title);
  });

  it('of JSON may not have one of several lists', () => {
    const category = '{"name":"A","articles":[{"title":"A"}]}';
    expect(() => items(`{"categories":[${category},${category}]}`)).toThrow(/JSON without a list of items/);
  });

  it.each(['<a href="https://x.example/b">', '<a href="//x.example/b">', '<input accept="image/*">', '// "b" '])(
    'of JSON lose only the item whose quotes are not escaped: %s',
    (html) => {
      const feed = `{"items":[{"title":"a","content_html":"${html}"},{"title":"b"},{"title":"c"}]}`;
      expect(items(feed).map(({ title }) => title)).toEqual(['b', 'c']);
    },
  );

  it('of JSON may have what JSON has not', () => {
    const odd = '"content_text":"One\nTwo\tNaN, ]","rating":NaN,"tags":["x",],';
    expect(items(`{"items":[{"title":"A",${odd}},{"title":"B"}]}`)).toMatchObject([
      { title: 'A', category: 'x' },
      { title: 'B' },
    ]);
  });

  it('of JSON have a link in the id where they have no other', () => {
    const item = (more: string): string => `{"items":[{"title":"A","id":"https://a.example/b"${more}}]}`;
    expect(items(item(''))[0]?.link).toBe('https://a.example/b');
    expect(items(item(',"url":"/c"'))[0]?.link).toBe(new URL('/c', FEED).href);
    expect(items('{"items":[{"title":"A","id":"b"}]}')[0]?.link).toBeUndefined();
  });

  it.each(['news({"items":[{"title":"A"}]});', '/**/ my.news["b"]([{"title":"A"}])'])(
    'may be in a call of JavaScript: %s',
    (call) => {
      expect(items(call)).toMatchObject([{ title: 'A' }]);
    },
  );

  const feed = rss('<title>A &amp;amp; B</title>');
  const escaped = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  it.each([
    ['a page', `<!doctype html><html><head><title>Feed</title></head><body>\n${feed}</body></html>`],
    ['a page, as text', `<html><head><style>a</style></head><body><pre>${escaped(feed)}</pre></body></html>`],
    ['a script of a cache before it', `<!DOCTYPE html><script>let a = "<b>";</script><!-- cached -->${feed}`],
    ['an envelope', `<?xml version="1.0"?><s:Envelope xmlns:s="urn:s"><s:Body>${feed}</s:Body></s:Envelope>`],
    ['an element of text', `<string xmlns="http://tempuri.org/">${escaped(feed)}</string>`],
    ['nothing, but escaped', escaped(feed)],
    ['JSON', JSON.stringify({ status: { code: 200 }, contents: `<?xml version="1.0"?>${feed}` })],
  ])('may be in %s', (_name, written) => {
    expect(items(written)).toMatchObject([{ title: 'A & B' }]);
  });

  it('are none in a page that shows other text first', () => {
    for (const page of [
      `<html><body><p>Write this:</p>${feed}</body></html>`,
      `<p>A feed: <pre>${escaped(feed)}</pre>`,
    ])
      expect(() => parseFeed(Buffer.from(page.replace('<p>A', '<html><p>A')), undefined, FEED)).toThrow(/is a page/);
  });

  it.each([
    ['comments', '// A feed\n/* of news */ {"items":[/* one */{"title":"A" // "no"\n,"url":"/b"}]}'],
    ['a prefix against scripts', ')]}\',\n{"items":[{"title":"A","url":"/b"}]}'],
    ['a loop against scripts', 'while(1);[{"title":"A","url":"/b"}]'],
    [
      'the lists of Reddit',
      '{"kind":"Listing","data":{"dist":1,"children":[{"kind":"t3","data":{"title":"A","permalink":"/b"}}]}}',
    ],
    ['a list in an answer', '{"response":{"status":"ok","results":[{"webTitle":"A","webUrl":"/b"}]}}'],
    ['fields in an object', '{"data":[{"type":"news","id":"1","attributes":{"title":"A","url":"/b"}}]}'],
    [
      'Atom as JSON',
      '{"feed":{"entry":[{"title":{"$t":"A"},"link":[{"rel":"self","href":"/x"},{"rel":"alternate","href":"/b"}]}]}}',
    ],
    ['GraphQL', '{"data":{"posts":{"edges":[{"node":{"title":"A","url":"/b"}}]}}}'],
  ])('of JSON may have %s', (_name, written) => {
    expect(items(written)).toMatchObject([{ title: 'A', link: new URL('/b', FEED).href }]);
  });

  it('of JSON may have messages without a title in objects', () => {
    const post = '{"post":{"uri":"at://a/1","record":{"text":"Late goal","createdAt":"2024-05-01T10:00:00Z"}}}';
    expect(parseFeed(Buffer.from(`{"feed":[${post}]}`), undefined, FEED, { untitled: 'first-words' }).items).toEqual([
      { title: 'Late goal', guid: 'at://a/1', published: Date.UTC(2024, 4, 1, 10) },
    ]);
  });

  it('may have a message that is a picture, with words for those who do not see it', () => {
    const picture =
      '<media:content url="https://a.example/p.png" type="image/png">' +
      '<media:description type="plain">A ferry &amp; fog</media:description></media:content>';
    const written =
      '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel>' +
      `<item><guid>https://a.example/1</guid><description></description>${picture}</item>` +
      `<item><title>Late goal</title>${picture}</item></channel></rss>`;
    expect(parseFeed(Buffer.from(written), undefined, FEED, { untitled: 'first-words' }).items).toMatchObject([
      { title: 'A ferry & fog' },
      { title: 'Late goal' },
    ]);
  });

  it('of JSON that say so may have no list of items', () => {
    const version = '"version":"https://jsonfeed.org/version/1.1"';
    expect(items(`{${version},"title":"Comments"}`)).toEqual([]);
    expect(items(`{${version.replaceAll('/', '\\/')},"items":null}`)).toEqual([]);
    expect(() => items(`{${version},"title":"My f`)).toThrow(/JSON without a list of items/);
  });

  it('may be sitemaps for news', () => {
    const url =
      '<url><loc>https://a.example/b</loc><lastmod>2024-05-02</lastmod><n:news><n:publication><n:name>News</n:name>' +
      '</n:publication><n:publication_date>2024-05-01T10:00:00Z</n:publication_date><n:title>A</n:title></n:news></url>';
    const sitemap =
      '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" ' +
      `xmlns:n="http://www.google.com/schemas/sitemap-news/0.9">${url}</urlset>`;
    expect(items(sitemap)).toEqual([{ title: 'A', link: 'https://a.example/b', published: Date.UTC(2024, 4, 1, 10) }]);
  });

  it.each([
    ['<feeds><feed><name>A</name></feed></feeds>', /XML of another kind, <feeds>/],
    ['<config><rss>https://a.example/rss</rss></config>', /XML of another kind, <config>/],
    ['<html><feed></feed><body><p>Hello</p></body></html>', /is a page/],
    [
      '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" ' +
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://a.example/b</loc></url></urlset>',
      /a sitemap without headlines/,
    ],
  ])('are none if they only have the name of one: %s', (written, message) => {
    expect(() => parseFeed(Buffer.from(written), undefined, FEED)).toThrow(message);
  });

  it('may begin with millions of spaces', () => {
    expect(() => items(`${' '.repeat(10_000_000)}x`)).toThrow(/begins with "x"/);
  });

  it('of too many items do not take the rest for their description', () => {
    expect(xmlOutline(`<rss><channel>${'<item><ttl>5</ttl></item>'.repeat(50_001)}`)).toMatchObject({
      head: '<channel>',
    });
  });

  it('may have their title behind the items', () => {
    const late = '<rss><channel><item><title>A</title></item><title>News</title></channel></rss>';
    expect(parseFeed(Buffer.from(late), undefined, FEED).title).toBe('News');
  });

  it('in EBCDIC say so', () => {
    expect(() => parseFeed(Buffer.from([0x4c, 0x6f, 0xa7, 0x94, 0x93]), undefined, FEED)).toThrow(/EBCDIC/);
  });

  it('may have titles of JSON that are nested in an object', () => {
    const feed =
      '{"items":[{"id":{"$t":"g"},"title":{"rendered":"Late &#8217; goal"},"url":"/b"},{"title":{"value":[]}}]}';
    expect(parseFeed(Buffer.from(feed), undefined, FEED)).toMatchObject({
      items: [{ title: 'Late ’ goal', guid: 'g' }],
      rejections: [{ field: 'title' }],
    });
  });

  it.each([
    ['[1,2]', /a list in JSON that has no headlines/],
    ['<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', /a sitemap/],
  ])('that are none say what they are: %s', (feed, message) => {
    expect(() => items(feed)).toThrow(message);
  });

  it('that are lists of feeds say so', () => {
    expect(() => items('<opml version="2.0"><body/></opml>')).toThrow(/list of feeds .*--opml/);
  });
});

describe('pages', () => {
  const BASE = 'https://a.example/news/';
  it('may name a feed by an anchor, with the exact type alone', () => {
    const anchor = (type: string): string => `<a rel="alternate" type="${type}" href="feed.xml">`;
    expect(discoverFeed(anchor('application/rss+xml'), BASE)).toEqual([`${BASE}feed.xml`]);
    expect(discoverFeed(anchor('application/json'), BASE)).toEqual([]);
  });

  it('name feeds of comments last, and addresses with the scheme feed', () => {
    const link = (title: string, href: string): string =>
      `<link rel="alternate" type="application/rss+xml" title="${title}" href="${href}">`;
    const page =
      link('Comments', '/a') +
      link('', '/comments/feed/') +
      link('News', 'feed://a.example/n') +
      link('', 'feed:://a.example/m');
    expect(discoverFeed(page, BASE).map((url) => url.replace(/^https?:\/\/a\.example/, ''))).toEqual([
      '/n',
      '/m',
      '/a',
      '/comments/feed/',
    ]);
  });

  it('that name none may have links that look like feeds', () => {
    const page = ['/feed/', 'rss.xml', '/rss', 'https://b.example/feed', '/feedback', '/atom.xml', '/rss2']
      .map((href) => `<a href="${href}">`)
      .join('');
    expect(discoverFeed(page, BASE)).toEqual(['https://a.example/feed/', `${BASE}rss.xml`, 'https://a.example/rss']);
    expect(discoverFeed(`${page}<link rel="alternate" type="text/xml" href="/x">`, BASE)).toEqual([
      'https://a.example/x',
    ]);
  });

  it.each([
    ['0; url=/feed', ['https://a.example/feed']],
    ["1.5;URL='https://b.example/feed'", ['https://b.example/feed']],
    ['300; url=/feed', []],
    ['0', []],
    ['0; url=', []],
    ['0; url=/news/', []],
    ['0; url=javascript:x', []],
  ])('may forward to the feed: %s', (content, feeds) => {
    expect(discoverFeed(`<meta http-equiv="Refresh" content="${content}">`, BASE)).toEqual(feeds);
  });

  it.each([
    ['</feed>; rel="alternate"; type="application/rss+xml"', ['https://a.example/feed']],
    ['<x>; rel=self, <feed>; type=application/atom+xml; rel=alternate; title="a, b"', [`${BASE}feed`]],
    ['</wp-json/>; rel="https://api.w.org/", </a>; rel="alternate"; type="application/json"', []],
    ['<javascript:x>; rel="alternate"; type="application/rss+xml"', []],
    [undefined, []],
  ])('may be sent with a header that names it: %o', (header, feeds) => {
    expect(linkedFeeds(header, new URL(BASE))).toEqual(feeds);
  });
});
