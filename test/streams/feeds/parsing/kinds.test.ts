import { describe, expect, it } from 'vitest';
import { parseFeed, type ParsedFeed } from '../../../../src/streams/feeds/parseFeed.js';
import { publishedAt } from '../../../../src/streams/feeds/parsing/dates/publishedAt.js';
import type { FeedItem } from '../../../../src/streams/feeds/parsing/items/FeedItem.js';
import { FEED } from '../fixtures.js';

const parse = (feed: string): ParsedFeed => parseFeed(Buffer.from(feed), undefined, FEED);
const worded = (feed: string): ParsedFeed => parseFeed(Buffer.from(feed), undefined, FEED, { untitled: 'first-words' });
const first = (feed: string): FeedItem | undefined => parse(feed).items[0];
const rss = (item: string, head = '', root = ''): string =>
  `<rss version="2.0"${root}><channel>${head}<item>${item}</item></channel></rss>`;
const atom = (entry: string, root = ''): string =>
  `<feed xmlns="http://www.w3.org/2005/Atom"${root}><entry>${entry}</entry></feed>`;
const titled = (rest: string): string => `<title>A</title>${rest}`;

describe('dates', () => {
  const moment = Date.UTC(2024, 4, 1, 10);
  it.each([
    'Wed 01 May 2024 10:00:00 GMT',
    'Wed May  1 10:00:00 2024',
    'Wed May  1 12:00:00 CEST 2024',
    'Wed May 01 2024 12:00:00 GMT+0200 (Central European Summer Time)',
    '20240501T100000Z',
    '20240501100000',
    '2024-05-01T12:00:00+02',
    '2024-05-01 12:00 +0200',
    'Wed, 01 May 2024 12:00:00 MEST',
    'Wed, 01 May 2024 11:00:00 MET',
    'Wed, 01 May 2024 06:00:00 ET',
    'Wed, 01 May 2024 05:00:00 CT',
    'Wed, 01 May 2024 12:00:00 Europe/Berlin',
    'Wed, 01 May 2024 10:00:00 +0000 (UTC)',
    'Wed, 01 May 2024 10:00:00 XYZ',
    'May 1, 2024 10:00 AM',
    'Wednesday, 1st May 2024 at 10:00am',
    '01-May-24 10:00:00 GMT',
    '1. Mai 2024 10:00',
    'mer., 01 mai 2024 12:00:00 +0200',
    '2024/05/01 10:00:00',
    '01.05.2024 10:00',
    '2024-122T10:00:00Z',
    '1714557600',
    '1714557600.25',
    'Wednesday, May 1, 2024 - 10:00',
    'Wed, 01-May-2024 10:00:00 GMT',
    'Wed, 01 May 2024 10.00.00 GMT',
    'Wed, 01 May 2024 06:00:00 (EDT)',
    '1.5.2024 klo 10.00',
    '10:00 01.05.2024',
    '2024. 5. 1. 오후 7:00',
    '2024-05-01T12:00:00+02:00[Europe/Berlin]',
    '2024-05-01T12:00:00[Europe/Berlin]',
    '2024-05-01T12:00:00+0200Z',
    '2024-05-01T10:00:00+00:0',
  ])('%s is read', (written) => {
    expect(Math.trunc((publishedAt(written) ?? 0) / 1000) * 1000).toBe(moment);
  });

  it('knows winter from summer where a zone has one name for both', () => {
    expect(publishedAt('Mon, 01 Jan 2024 10:00:00 ET')).toBe(Date.UTC(2024, 0, 1, 15));
    expect(publishedAt('Mon, 01 Jan 2024 10:00:00 CT')).toBe(Date.UTC(2024, 0, 1, 16));
  });

  it.each([
    '0001-01-01T00:00:00Z',
    'Mon, 01 Jan 0001 00:00:00 +0000',
    '0000-00-00 00:00:00',
    '2024-02-30',
    'Thu, 31 Jun 2024 10:00:00 GMT',
    '2024-05-01T25:00:00Z',
    '2024-05-01T10:00:00+99:00',
    'Thu, 01 Jan 1970 00:00:00 +0000',
  ])('%s is none', (written) => {
    expect(publishedAt(written)).toBeUndefined();
  });

  it('that cannot be read leave it to the next', () => {
    expect(first(rss(titled('<pubDate>soon</pubDate><dc:date>2024-05-01T10:00:00Z</dc:date>')))?.published).toBe(
      moment,
    );
    expect(
      first(atom(titled('<published>0001-01-01T00:00:00Z</published><updated>2024-05-01T10:00:00Z</updated>')))
        ?.published,
    ).toBe(moment);
    expect(
      parse('{"items":[{"title":"A","date_published":"","date_modified":"2024-05-01T10:00:00Z"}]}').items[0]?.published,
    ).toBe(moment);
  });
});

describe('namespaces', () => {
  const time = '2024-05-01T10:00:00Z';
  it.each([
    ['another prefix', `<a10:updated>${time}</a10:updated>`, ' xmlns:a10="http://www.w3.org/2005/Atom"'],
    ['terms of Dublin Core', `<t:modified>${time}</t:modified>`, ' xmlns:t="http://purl.org/dc/terms/"'],
    ['a prefix that the element declares', `<x:date xmlns:x="http://purl.org/dc/elements/1.1/">${time}</x:date>`, ''],
    ['a namespace of the element', `<date xmlns="http://purl.org/dc/elements/1.1/">${time}</date>`, ''],
    ['a prefix that nobody declares', `<dc:date>${time}</dc:date>`, ''],
    [
      'the metadata of journals',
      `<p:coverDate>2024-07-01</p:coverDate><p:publicationDate>${time}</p:publicationDate>`,
      ' xmlns:p="http://prismstandard.org/namespaces/basic/2.0/"',
    ],
  ])('count, not prefixes: %s', (_name, element, root) => {
    expect(first(rss(titled(element), '', root))?.published).toBe(Date.UTC(2024, 4, 1, 10));
  });

  it('of others are not those that are meant', () => {
    const item = titled('<dc:date>2024-05-01T10:00:00Z</dc:date><m:title>No</m:title>');
    const root = ' xmlns:dc="http://other.example/ns" xmlns:m="http://search.yahoo.com/mrss/"';
    expect(first(rss(item, '', root))).toMatchObject({ title: 'A', published: undefined });
  });

  it('are declared on the channel and on the item too', () => {
    const item = (around: string, own: string): string =>
      `<rss><channel${around}><item${own}><q:title>A</q:title></item></channel></rss>`;
    const declared = ' xmlns:q="http://purl.org/dc/elements/1.1/"';
    expect([item(declared, ''), item('', declared)].map((feed) => first(feed)?.title)).toEqual(['A', 'A']);
  });

  it.each([
    ['RSS with one of its own', rss(titled('<link>/a</link>'), '', ' xmlns="http://backend.userland.com/rss2"')],
    ['RSS with an unknown one', rss(titled('<link>/a</link>'), '', ' xmlns="http://nobody.example/"')],
    ['Atom without one', '<feed><entry><title>A</title><link href="/a"/></entry></feed>'],
    ['Atom 0.3', '<feed xmlns="http://purl.org/atom/ns#"><entry><title>A</title><link href="/a"/></entry></feed>'],
    [
      'RSS 0.90',
      '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" ' +
        'xmlns="http://my.netscape.com/rdf/simple/0.9/"><item><title>A</title><link>/a</link></item></r:RDF>',
    ],
    [
      'RSS 1.0 with a prefix',
      '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" ' +
        'xmlns:rss="http://purl.org/rss/1.0/"><rss:item><rss:title>A</rss:title><rss:link>/a</rss:link></rss:item></rdf:RDF>',
    ],
    ['Channel Definition Format', '<CHANNEL HREF="/"><ITEM HREF="/a"><TITLE>A</TITLE></ITEM></CHANNEL>'],
    ['RSS without its root', `<channel><item>${titled('<link>/a</link>')}</item></channel>`],
    ['RSS behind a message', `<br />\n<b>Warning</b>: none<br />\n${rss(titled('<link>/a</link>'))}`],
    ['tags in another case', '<Rss><Channel><Item><Title>A</title><Link>/a</LINK></ITEM></channel></rss>'],
  ])('of %s are understood', (_name, feed) => {
    expect(parse(feed)).toMatchObject({ items: [{ title: 'A', link: 'https://news.example/a' }], rejections: [] });
  });
});

describe('links', () => {
  it('are relative to the xml:base of any element', () => {
    expect(first(atom('<title>A</title><link xml:base="https://b.example/x/" href="a"/>'))?.link).toBe(
      'https://b.example/x/a',
    );
    expect(first(rss(titled('<link xml:base="y/">a</link>')).replace('<item>', '<item xml:base="/x/">'))?.link).toBe(
      'https://news.example/x/y/a',
    );
    expect(first(rss(titled('<link>a</link>')).replace('<channel>', '<channel xml:base="/c/">'))?.link).toBe(
      'https://news.example/c/a',
    );
  });

  it.each([
    ['a page before other types', '<link type="application/pdf" href="/p"/><link type="text/html" href="/a"/>'],
    ['an alternate before what is related', '<link rel="related" href="/r"/><link rel="ALTERNATE" href="/a"/>'],
    ['no licence', '<link rel="license" href="/l"/><link rel="via" href="/a"/>'],
    ['a relation by its address', '<link rel="http://www.iana.org/assignments/relation/alternate" href="/a"/>'],
    ['content that is elsewhere', '<link rel="license" href="/l"/><content type="text/html" src="/a"/>'],
  ])('lead to the article: %s', (_name, links) => {
    expect(first(atom(titled(links)))?.link).toBe('https://news.example/a');
  });

  it('to a licence alone are none to the article', () => {
    expect(
      first(atom(titled('<link rel="license" href="/l"/><link rel="edit-media" href="/e"/>')))?.link,
    ).toBeUndefined();
  });
});

describe('text', () => {
  it.each([
    ['references to controls', rss('<title>It&#146;s &#x93;on&#148;</title>'), 'It’s “on”'],
    ['controls', rss('<title>It\u0092s</title>'), 'It’s'],
    [
      'line breaks in XHTML',
      atom('<title type="xhtml"><div>One<br/>two<p>three</p>four</div></title>'),
      'One two three four',
    ],
    ['scripts in XHTML', atom('<title type="xhtml"><div>One<script>alert(1)</script></div></title>'), 'One'],
    ['what is escaped twice', rss('<title>AT&amp;amp;amp;T &amp;amp;#8217;n</title>'), 'AT&T ’n'],
    ['CDATA in parts', rss('<title>One <![CDATA[<b>two</b> & ]]>three</title>'), 'One two & three'],
    [
      'base64',
      '<feed xmlns="http://purl.org/atom/ns#"><entry><title mode="base64" ' +
        `type="text/html">${Buffer.from('Caf\u00e9 <b>open</b>').toString('base64')}</title></entry></feed>`,
      'Café open',
    ],
    [
      'what Atom 0.3 escapes',
      '<feed xmlns="http://purl.org/atom/ns#"><entry><title mode="escaped" ' +
        'type="text/html">&lt;b>A&lt;/b> &amp;amp; B</title></entry></feed>',
      'A & B',
    ],
    ['an empty title before another', rss('<title/><dc:title>A</dc:title>'), 'A'],
  ])('%s', (_name, feed, title) => {
    expect(first(feed)?.title).toBe(title);
  });

  it('in base64 that is none is rejected', () => {
    const feed = '<feed><entry><title mode="base64">no base64!</title></entry></feed>';
    expect(parse(feed)).toMatchObject({ items: [], rejections: [{ expected: 'text in base64 that is UTF-8' }] });
  });
});

describe('encodings', () => {
  const bytes = (before: string, title: readonly number[]): Uint8Array =>
    Buffer.concat([
      Buffer.from(`${before}<rss><channel><item><title>`),
      Buffer.from(title),
      Buffer.from('</title></item></channel></rss>'),
    ]);
  const titleIn = (encoding: string, title: readonly number[], contentType?: string): string | undefined =>
    parseFeed(bytes(encoding === '' ? '' : `<?xml version="1.0" encoding="${encoding}"?>`, title), contentType, FEED)
      .items[0]?.title;
  const privet = [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2];

  it.each(['cp-1251', 'CP1251', 'win-1251', 'windows1251', 'windows_1251', 'x-cp1251'])('%s is known', (label) => {
    expect(titleIn(label, privet)).toBe('Привет');
  });

  it.each([
    ['latin-2', [0xb1], 'ą'],
    ['iso8859-5', [0xb0], 'А'],
    ['cp437', [0x80], 'Ç'],
    ['ibm850', [0x81], 'ü'],
    ['macintosh', [0x8e], 'é'],
    ['utf_8', [0xc3, 0xa9], 'é'],
  ] as const)('%s is known', (label, title, text) => {
    expect(titleIn(label, title)).toBe(text);
  });

  it('of 32 bits are told by their mark', () => {
    const units = Array.from(rss('<title>Café</title>')).flatMap((char) =>
      [char.codePointAt(0) ?? 0, 0, 0, 0].slice(0, 4),
    );
    expect(parseFeed(Buffer.from([0xff, 0xfe, 0, 0, ...units]), undefined, FEED).items[0]?.title).toBe('Café');
  });

  it('that nobody declares are guessed where they can be', () => {
    // "Президент подписал закон", in windows-1251 and in KOI8-R.
    const text = 'Президент подписал закон';
    const in1251 = Array.from(text, (char) => (char === ' ' ? 0x20 : (char.codePointAt(0) ?? 0) - 0x350));
    expect(titleIn('', in1251)).toBe(text);
    expect(titleIn('', [...Buffer.from('Caf\xe9 au lait', 'latin1')])).toBe('Café au lait');
  });

  it('that cannot be told cost the titles that need them, and no others', () => {
    const feed = Buffer.concat([
      Buffer.from('<rss><channel><item><title>Plain</title></item><item><title>M'),
      Buffer.from([0x81, 0x8d, 0x9e]),
      Buffer.from('</title></item></channel></rss>'),
    ]);
    expect(parseFeed(feed, undefined, FEED)).toMatchObject({
      items: [{ title: 'Plain' }],
      rejections: [{ expected: 'text in an encoding that the feed declares, or that can be detected' }],
    });
  });
});

describe('items without a title', () => {
  it.each([
    ['RSS', rss('<description>&lt;p>Good &lt;b>morning&lt;/b>&lt;/p>&lt;p>all&lt;/p></description>')],
    ['Atom', atom('<content type="html">&lt;p>Good morning&lt;/p>all</content>')],
    ['XHTML', atom('<title/><content type="xhtml"><div><p>Good morning</p>all</div></content>')],
    ['JSON', '{"items":[{"content_html":"<p>Good morning</p>all"}]}'],
    ['plain JSON', '{"items":[{"content_text":"Good morning\\nall"}]}'],
  ])('have the first words of their text, where that is asked for: %s', (_name, feed) => {
    expect(worded(feed).items.map(({ title }) => title)).toEqual(['Good morning all']);
    expect(parse(feed)).toMatchObject({ items: [], rejections: [{ field: 'title' }] });
  });

  it('are cut between two words', () => {
    const title = worded(rss(`<description>${'word '.repeat(100)}</description>`)).items[0]?.title ?? '';
    expect(title).toMatch(/^(?:word )+word…$/);
    expect(title.length).toBeLessThanOrEqual(140);
  });

  it('are rejected where there is no text either', () => {
    expect(worded(rss('<link>/a</link>')).rejections).toMatchObject([
      { expected: 'a title, or text to take one from' },
    ]);
  });
});

describe('what a feed calls itself', () => {
  it.each([
    ['RSS', rss('<title>A</title>', '<image><title>No</title></image><title>The &amp;amp; News</title>')],
    [
      'RSS with namespaces',
      rss(
        '<title>A</title>',
        '<m:title>No</m:title><title>The &amp;amp; News</title>',
        ' xmlns:m="http://search.yahoo.com/mrss/"',
      ),
    ],
    [
      'RDF',
      '<rdf:RDF xmlns="http://purl.org/rss/1.0/"><channel><title>The &amp; ' +
        'News</title></channel><item><title>A</title></item></rdf:RDF>',
    ],
    [
      'Atom',
      '<feed><author><name>N</name></author><title type="html">The &amp;amp; &lt;i>News&lt;/i></title><entry/></feed>',
    ],
    ['JSON', '{"authors":[{"title":"No"}],"description":"title","title":"The & News","items":[]}'],
    ['JSON, at its end', '{"items":[{"title":"No"}],"title":"The & News"}'],
  ])('is read of %s', (_name, feed) => {
    expect(parse(feed).title).toBe('The & News');
  });
});

describe('what is written wrong', () => {
  it.each([
    ['a title that is not closed', '<title>A<link>https://example.org/1</link><guid>g</guid>'],
    ['a title that is closed by another name', '<title>A</titel><link>https://example.org/1</link><guid>g</guid>'],
    ['a link that is not closed', '<title>A</title><link>https://example.org/1<guid>g</guid>'],
  ])('%s costs no other element', (_name, item) => {
    expect(first(rss(item))).toMatchObject({ title: 'A', link: 'https://example.org/1', guid: 'g' });
  });

  it('an element of another prefix is no item of the feed', () => {
    const item = '<title>A</title><x:item xmlns:x="urn:x"><title>No</title></x:item><link>https://example.org/1</link>';
    expect(parse(rss(item))).toMatchObject({ items: [{ title: 'A', link: 'https://example.org/1' }], rejections: [] });
  });

  it('an entry without a feed around it is read', () => {
    const entry =
      '<entry xmlns="http://www.w3.org/2005/Atom" xml:base="/sub/"><title>A</title><link href="1"/></entry>';
    expect(parse(entry)).toMatchObject({ items: [{ title: 'A', link: new URL('/sub/1', FEED).href }], rejections: [] });
    expect(parse('<entry><title>A</title>').rejections).toMatchObject([{ expected: 'an item that closes' }]);
  });

  it.each([
    ['two halves of a character', '<title>&#55357;&#56832; &#xD83D;&#xDE00;</title>', '😀 😀'],
    ['characters that are not seen', '<title>\u202eDonau\u00addampf\u200bschiff\ufeff</title>', 'Donaudampfschiff'],
    ['elements of old pages', '<title>A&lt;applet code="x">&lt;/applet> b&lt;embed src="y"></title>', 'A b'],
    ['a title in a group', '<m:group xmlns:m="http://search.yahoo.com/mrss/"><m:title>A</m:title></m:group>', 'A'],
  ])('%s: %s', (_name, item, title) => {
    expect(first(rss(item))?.title).toBe(title);
  });

  it('base64 by its media type is decoded', () => {
    expect(first(atom('<title type="application/octet-stream">QTxiPkI8L2I+</title>'))?.title).toBe('AB');
  });
});

describe('links where none is written as such', () => {
  it.each([
    ['an address without a scheme', rss(titled('<link>www.example.com/1</link>')), 'http://www.example.com/1'],
    ['over two lines', rss(titled('<link>https://example.com/\n   1</link>')), 'https://example.com/1'],
    ['a guid that says it is one', rss(titled('<guid isPermaLink="true">/1</guid>')), new URL('/1', FEED).href],
    ['a sound file', rss(titled('<enclosure url="https://example.com/1.mp3"/>')), 'https://example.com/1.mp3'],
    ['the id of an entry', atom(titled('<id>https://example.com/1</id>')), 'https://example.com/1'],
    ['the entry itself', atom(titled('<link rel="self" href="https://example.com/1"/>')), 'https://example.com/1'],
    ['the feed itself', atom(titled(`<link rel="self" href="${FEED}"/>`)), undefined],
  ])('%s', (_name, feed, link) => {
    expect(first(feed)?.link).toBe(link);
  });
});

describe('relative links of RSS', () => {
  const linkIn = (head: string): string | undefined => first(rss(titled('<link>/1</link>'), head))?.link;

  it('are relative to the channel where another host delivers the feed, and to the feed otherwise', () => {
    expect(linkIn('<link>https://paper.example/news/</link>')).toBe('https://paper.example/1');
    expect(linkIn('<link>  <![CDATA[https://paper.example/]]></link>')).toBe('https://paper.example/1');
    const own = new URL('/1', FEED).href;
    expect(linkIn(`<link>${new URL('/deep/er/', FEED).href}</link>`)).toBe(own);
    expect(linkIn('<link>/news</link>')).toBe(own);
    expect(linkIn('')).toBe(own);
  });
});

describe('UTF-8 that is not whole', () => {
  const feedOf = (...titles: readonly (readonly (string | readonly number[])[])[]): Buffer =>
    Buffer.concat([
      Buffer.from('<?xml version="1.0" encoding="utf-8"?><rss><channel>'),
      ...titles.flatMap((title) => [
        Buffer.from('<item><title>'),
        ...title.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
        Buffer.from('</title></item>'),
      ]),
      Buffer.from('</channel></rss>'),
    ]);

  it.each([
    ['a character that was cut in two is left out', [['Zürich and ', [0xe2, 0x80]]], ['Zürich and']],
    ['and the first of two bytes', [['Zürich caf', [0xc3]]], ['Zürich caf']],
    [
      'items of another encoding are read',
      [['Zürich'], ['Caf', [0xe9], ' opens'], ['Gro', [0xdf], 'e']],
      ['Zürich', 'Café opens', 'Große'],
    ],
    ['a character of six bytes is read', [['Zürich ', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]]], ['Zürich 😀']],
    ['what is left is rejected', [['Zürich größer'], ['x', [0xff, 0xfe], 'y']], ['Zürich größer']],
  ] as const)('%s', (_name, written, titles) => {
    expect(parseFeed(feedOf(...written), undefined, FEED).items.map(({ title }) => title)).toEqual(titles);
  });
});
