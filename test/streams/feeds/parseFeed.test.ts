import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { parseFeed, type ParsedFeed } from '../../../src/streams/feeds/parseFeed.js';
import { ATOM, FEED, JSON_FEED, RDF, RSS_091, RSS_092, RSS_20, rssOf, TITLES } from './fixtures.js';

const parse = (feed: string | Uint8Array, contentType?: string): ParsedFeed =>
  parseFeed(typeof feed === 'string' ? Buffer.from(feed) : feed, contentType, FEED);
const titles = (feed: string | Uint8Array, contentType?: string): readonly string[] =>
  parse(feed, contentType).items.map(({ title }) => title);
const code = (feed: string): string | undefined => {
  try {
    parse(feed);
    return undefined;
  } catch (error) {
    return error instanceof HeadwaterError ? error.code : 'another';
  }
};

describe('formats', () => {
  it.each([
    ['RSS 0.91', RSS_091],
    ['RSS 0.92', RSS_092],
    ['RDF', RDF],
    ['RSS 2.0', RSS_20],
    ['Atom', ATOM],
    ['JSON Feed', JSON_FEED],
  ])('%s has its titles and links read', (_name, feed) => {
    const { items, rejections } = parse(feed);
    expect(items.map(({ title }) => title)).toEqual(TITLES);
    expect(items.map(({ link }) => link)).toEqual(['https://news.example/harbour', 'https://news.example/bridge']);
    expect(rejections).toEqual([]);
  });

  const nine = Date.UTC(2026, 2, 1, 9);
  it.each([
    ['RSS 0.92', RSS_092, [undefined, undefined], undefined, 'World'],
    ['RDF', RDF, ['https://news.example/harbour', 'https://news.example/bridge'], nine, 'World'],
    ['RSS 2.0', RSS_20, ['item-1', 'https://news.example/bridge'], nine, 'World'],
    ['Atom', ATOM, ['urn:example:1', 'urn:example:2'], nine, 'World'],
    ['JSON Feed', JSON_FEED, ['item-1', '2'], nine, 'World'],
  ])('%s has its guids, dates and categories read', (_name, feed, guids, published, category) => {
    const { items } = parse(feed);
    expect(items.map(({ guid }) => guid)).toEqual(guids);
    expect(items[0]?.published).toBe(published);
    expect(items[0]?.category).toBe(category);
    expect(items[1]?.category).toBeUndefined();
  });

  it.each([
    ['a ttl, in minutes', RSS_20, 90 * 60_000],
    ['an update period and its frequency', RDF, 30 * 60_000],
    ['nothing', RSS_091, undefined],
    ['a ttl of none', rssOf('A').replace('<item>', '<ttl>0</ttl><item>'), undefined],
    ['a ttl in CDATA', rssOf('A').replace('<item>', '<ttl> <![CDATA[ 5 ]]></ttl><item>'), 300_000],
  ])('tells how often to ask by %s', (_name, feed, intervalMs) => {
    expect(parse(feed).intervalMs).toBe(intervalMs);
  });

  it('takes prefixes as they come', () => {
    const atom =
      '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>One</a:title><a:id>x</a:id></a:entry></a:feed>';
    expect(parse(atom).items).toMatchObject([{ title: 'One', guid: 'x' }]);
  });

  it('does not tell names apart by case', () => {
    expect(titles('<RSS><CHANNEL><ITEM><TITLE>One</TITLE></ITEM></CHANNEL></RSS>')).toEqual(['One']);
  });

  it('takes what is sent as something else', () => {
    expect(titles(RSS_20, 'text/html')).toEqual(TITLES);
  });

  it('takes a feed without items', () => {
    expect(parse('<rss version="2.0"><channel><title>T</title></channel></rss>')).toEqual({
      title: 'T',
      items: [],
      rejections: [],
      intervalMs: undefined,
    });
    expect(parse('{"version":"https://jsonfeed.org/version/1.1","items":[]}').items).toEqual([]);
    expect(parse('<feed/>').items).toEqual([]);
  });

  it('gives links by what they say that they are relative to', () => {
    const entry = (base: string): string =>
      `<feed xml:base="/deep/"><entry xml:base="${base}"><title>A</title><link href="a"/></entry></feed>`;
    expect(
      ['er/', '/other/', 'https://other.example/x/', 'http://'].map((base) => parse(entry(base)).items[0]?.link),
    ).toEqual([
      'https://news.example/deep/er/a',
      'https://news.example/other/a',
      'https://other.example/x/a',
      'https://news.example/deep/a',
    ]);
  });

  it('takes a guid for a link, unless it says that it is none', () => {
    const item = (attribute: string): string =>
      `<rss><channel><item><title>A</title><guid${attribute}>https://news.example/a</guid></item></channel></rss>`;
    expect(
      ['', ' isPermaLink="true"', ' isPermaLink="false"'].map((attribute) => parse(item(attribute)).items[0]?.link),
    ).toEqual(['https://news.example/a', 'https://news.example/a', undefined]);
  });

  it('gives links that are addresses of the web alone', () => {
    const item = (link: string): string =>
      `<rss><channel><item><title>A</title><link>${link}</link></item></channel></rss>`;
    expect(
      ['javascript:alert(1)', 'mailto:a@news.example', 'http://', ''].map((link) => parse(item(link)).items[0]?.link),
    ).toEqual([undefined, undefined, undefined, undefined]);
    expect(parse(item('//other.example/a b')).items[0]?.link).toBe('https://other.example/a%20b');
  });
});

describe('what is no feed', () => {
  it.each([
    ['nothing', ''],
    ['spaces', ' \n '],
    ['words', 'Not found'],
    ['a page', '<!doctype html><html><body>Hello</body></html>'],
    ['a list of feeds', '<opml version="2.0"><body/></opml>'],
    ['other JSON', '{"error":"no"}'],
    ['a list', '[]'],
  ])('%s is an error', (_name, body) => {
    expect(code(body)).toBe('HW_FEED');
  });

  it('puts only the start of a long element into the message', () => {
    expect(() => parse(`<${'x'.repeat(10_000)}>`)).toThrow(/^.{1,200}$/s);
  });
});

describe('malformed feeds', () => {
  const place = (feed: string): readonly string[] =>
    parse(feed).rejections.map(
      ({ id, line, byte, field, expected }) => `${id}@${line}:${byte} ${field ?? ''} ${expected}`,
    );

  it('give the items that can be read, and a rejection for the rest', () => {
    const feed =
      '<rss><channel>\n<item><title>One</title></item>\n<item><title></title></item>\n<item><link>/3</link></item>\n<item><title>Four</title></item>\n</channel></rss>';
    expect(titles(feed)).toEqual(['One', 'Four']);
    expect(place(feed)).toEqual(['1@3:47 title a title', '2@4:76 title a title']);
    expect(parse(feed).rejections[0]).toMatchObject({
      type: 'rejection',
      reason: 'item',
      source: FEED,
      got: '<item><title></title></item>',
    });
  });

  it('give the items before and after one that is never closed', () => {
    const feed =
      '<rss><channel><item><title>One</title></item><item><title>Two</title><item><title>Three</title></item></channel></rss>';
    expect(titles(feed)).toEqual(['One', 'Three']);
    expect(place(feed)).toEqual(['1@1:45  an item that closes']);
  });

  it('give what is before the break of one that breaks off within an item', () => {
    const feed = rssOf('One', 'Two').slice(0, -30);
    expect(titles(feed)).toEqual(['One']);
    expect(parse(feed).rejections.map(({ expected }) => expected)).toEqual(['an item that closes']);
  });

  it('tell of one that breaks off between two items', () => {
    const feed = rssOf('One', 'Two').replace('</channel></rss>', '');
    expect(titles(feed)).toEqual(['One', 'Two']);
    expect(parse(feed).rejections).toMatchObject([{ id: 2, expected: 'the end of the feed' }]);
  });

  it('read titles whose tags do not match', () => {
    expect(
      titles(
        '<rss><channel><item><title>One</b></title></item><item><title>Two</item><item><title>Three ' +
          '&</title></item></channel></rss>',
      ),
    ).toEqual(['One', 'Two', 'Three &']);
  });

  it('reject an item whose CDATA is never closed, and it alone', () => {
    const feed =
      '<rss><channel><item><title><![CDATA[One</title></item><item><title>Two</title></item></channel></rss>';
    expect(titles(feed)).toEqual(['Two']);
    expect(parse(feed).rejections).toHaveLength(1);
  });

  it('find no items in comments and CDATA', () => {
    expect(
      titles(
        '<rss><channel><!-- <item><title>No</title></item> ' +
          '--><item><title>Yes</title><description><![CDATA[<item><title>No</title></item>]]></description></item></channel></rss>',
      ),
    ).toEqual(['Yes']);
  });

  it('are not led astray by angle brackets in quotes and in text', () => {
    expect(titles('<rss><channel><item x="/>"><title>One</title></item></channel></rss>')).toEqual(['One']);
    expect(
      titles(
        '<rss><channel a=">"><item x=\'>\'><title>1 < 2 & 3 > ' +
          '2</title></item><item><title>Two</title></item></channel></rss>',
      ),
    ).toEqual(['1 < 2 & 3 > 2', 'Two']);
  });

  it('lose one item for a quote that is never closed', () => {
    const feed =
      '<rss><channel><item><title>One</title><link ' +
      'href="></link></item><item><title>Two</title></item></channel></rss>';
    expect(titles(feed)).toEqual(['Two']);
    expect(parse(feed).rejections).toMatchObject([{ id: 0, expected: 'an element that closes' }]);
  });

  it('give the items of JSON that is broken in one of them', () => {
    const feed = '{"items":[{"title":"One"},{"title":"Two" "url":"/b"},"text",{"title":"Four [\\"}\\"]"},{"id":5}]}';
    expect(titles(feed)).toEqual(['One', 'Four ["}"]']);
    expect(parse(feed).rejections.map(({ id, expected }) => `${id} ${expected}`)).toEqual([
      '1 JSON',
      '2 an object',
      '4 a title',
    ]);
  });

  it('give the items of JSON that breaks off', () => {
    expect(titles(JSON_FEED.slice(0, -40))).toEqual(TITLES.slice(0, 1));
    expect(titles('{"items":[{"title":"One"},')).toEqual(['One']);
    expect(parse('{"items":[{"title":"One"},').rejections).toMatchObject([{ expected: 'the end of the feed' }]);
  });

  it('have titles and items of a headline’s size', () => {
    expect(parse(rssOf('a'.repeat(10_001), 'b')).rejections).toMatchObject([
      { id: 0, field: 'title', expected: 'at most 10000 characters' },
    ]);
    expect(
      parse(rssOf('a').replace('</title></item>', `</title><description>${'x'.repeat(1_048_576)}</description></item>`))
        .rejections,
    ).toMatchObject([{ expected: 'an item of at most 1048576 characters' }]);
  });

  it('have at most 50,000 items', () => {
    const { items, rejections } = parse(rssOf(...Array.from({ length: 50_001 }, (_, i) => `${i}`)));
    expect(items).toHaveLength(50_000);
    expect(rejections).toMatchObject([{ id: 50_000, expected: 'at most 50000 items' }]);
    expect(parse(`{"items":[${'{"title":"a"},'.repeat(50_001)}{}]}`).rejections).toMatchObject([
      { id: 50_000, expected: 'at most 50000 items' },
    ]);
  });

  it('lose no more than one item for a place at which they break off, wherever that is', () => {
    const whole = RSS_20 + '\n';
    const ends = Array.from(whole.matchAll(/<\/item>/g), ({ index }) => index + '</item>'.length);
    fc.assert(
      fc.property(fc.integer({ min: whole.indexOf('<channel>'), max: whole.length }), (length) => {
        const { items, rejections } = parse(whole.slice(0, length));
        expect(items).toHaveLength(ends.filter((end) => end <= length).length);
        expect(rejections).toHaveLength(length >= whole.indexOf('</rss>') + '</rss>'.length ? 0 : 1);
      }),
    );
  });

  it('are HW_FEED or read, whatever stands in them', () => {
    const piece = fc.constantFrom(
      '<rss>',
      '<feed>',
      '<channel>',
      '<item>',
      '</item>',
      '<entry>',
      '</entry>',
      '<title>',
      '</title>',
      '<![CDATA[',
      ']]>',
      '<!--',
      '-->',
      '&amp;',
      '&x;',
      'a',
      '"',
      '<',
      '>',
      '{"items":[',
      '{',
      '}',
      ']',
      ',',
      '<?',
      '<!DOCTYPE x [',
      '\ufffd',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          for (const { title } of parse(pieces.join('')).items) expect(title).not.toBe('');
        } catch (error) {
          expect(error).toMatchObject({ code: 'HW_FEED' });
        }
      }),
    );
  });
});

describe('entities', () => {
  /** Entities of which each uses the one before ten times. */
  const growing = (name: string, first: string): string =>
    Array.from(
      { length: 8 },
      (_, i) => `  <!ENTITY ${name}${i + 2} "${`&${i === 0 ? first : `${name}${i + 1}`};`.repeat(10)}">`,
    ).join('\n');
  const laughs = (title: string): string => `<?xml version="1.0"?>
<!DOCTYPE lolz [
  <!ENTITY lol "lol ]>">
  <!-- "unclosed -->
${growing('lol', 'lol')}
  <!ENTITY none "">
${growing('none', 'none')}
  <!ENTITY mark 'A &#38;amp; B'>
  <!ENTITY lol "not valid: the name has a value">
  <!ENTITY round "&square;"> <!ENTITY square "&round;">
  <!ENTITY % part "<!ENTITY lol7 'no'>">
  <!ENTITY nbsp "&#160;">
  <!ENTITY file SYSTEM "file:///etc/passwd">
]>
<rss><channel><item><title>One&nbsp;more</title></item><item><title>${title}</title></item></channel></rss>`;

  it.each([
    ['a &lol; b', 'a lol ]> b'],
    ['&lol2;', Array.from({ length: 10 }, () => 'lol ]>').join('')],
    ['&mark;', 'A & B'],
    ['<![CDATA[&lol;]]> &lol;<![CDATA[ &lol;]]>', '&lol; lol ]> &lol;'],
    ['&unknown; &lol;', '&unknown; lol ]>'],
  ])('that the feed declares itself are expanded: %s', (title, expanded) => {
    expect(parse(laughs(title)).items.map((item) => item.title)).toEqual(['One more', expanded]);
  });

  it.each([
    ['&file;', 'no entity whose text is in another file: such are not fetched'],
    ['&lol6;', 'entities of at most 100000 characters'],
    ['&none9;', 'entities of at most 100000 characters'],
    ['&round;', 'entities at most 16 deep'],
  ])('that lead elsewhere, or grow too long, are rejected: %s', (title, expected) => {
    const { items, rejections } = parse(laughs(title));
    expect(items).toMatchObject([{ title: 'One more' }]);
    expect(rejections).toMatchObject([{ id: 1, expected }]);
  });

  it('are expanded in the title of the feed', () => {
    expect(parse('<!DOCTYPE rss [<!ENTITY n "News">]><rss><channel><title>&n;</title></channel></rss>').title).toBe(
      'News',
    );
  });

  it('that nobody declares stay as they are', () => {
    expect(titles(rssOf('&lol; and AT&T;'))).toEqual(['&lol; and AT&T;']);
  });

  it('of HTML are decoded in every format', () => {
    expect(titles(rssOf('Caf&eacute; &#8217;n&#x2019; more'))).toEqual(['Café ’n’ more']);
    expect(titles('<feed><entry><title>Caf&eacute;</title></entry></feed>')).toEqual(['Café']);
    expect(titles('{"items":[{"title":"Caf&eacute; &#8217;n"}]}')).toEqual(['Café ’n']);
  });

  it('of plain text are not made markup', () => {
    expect(titles('<feed><entry><title type="text">Use &lt;b&gt; well</title></entry></feed>')).toEqual([
      'Use <b> well',
    ]);
    expect(titles('{"items":[{"title":"Use <b> well"}]}')).toEqual(['Use <b> well']);
  });
});

describe('encodings', () => {
  const declared = (encoding: string, title: string): string =>
    `<?xml version="1.0" encoding="${encoding}"?>${rssOf(title)}`;

  it('reads what a declaration says', () => {
    expect(titles(Buffer.from(declared('ISO-8859-1', 'Caf\xe9'), 'latin1'))).toEqual(['Café']);
    expect(titles(Buffer.from(declared('windows-1252', '\x93Caf\xe9\x94 \x80 5'), 'latin1'))).toEqual(['“Café” € 5']);
    expect(
      titles(
        Buffer.concat([
          Buffer.from('<?xml version="1.0" encoding="Shift_JIS"?><rss><channel><item><title>'),
          Buffer.from([0x93, 0xfa, 0x96, 0x7b]),
          Buffer.from('</title></item></channel></rss>'),
        ]),
      ),
    ).toEqual(['日本']);
  });

  it('hears the header before the declaration', () => {
    expect(
      titles(
        Buffer.from(declared('windows-1252', '\xcf\xf0\xe8\xe2\xe5\xf2'), 'latin1'),
        'text/xml; charset="windows-1251"',
      ),
    ).toEqual(['Привет']);
  });

  it('hears a byte order mark before either', () => {
    expect(titles(Buffer.from(`\ufeff${declared('ISO-8859-1', 'Café')}`), 'text/xml; charset=latin1')).toEqual([
      'Café',
    ]);
    expect(titles(Buffer.from(`\ufeff${rssOf('Café')}`, 'utf16le'))).toEqual(['Café']);
    expect(titles(Buffer.from(rssOf('Café'), 'utf16le'))).toEqual(['Café']);
    expect(titles(Buffer.from(`\ufeff${rssOf('Café')}`, 'utf16le').swap16())).toEqual(['Café']);
    expect(titles(Buffer.from(JSON_FEED, 'utf16le').swap16())).toEqual(TITLES);
  });

  it.each([
    ['single bytes, of UTF-8', declared('ISO-8859-1', 'Café – naïve')],
    ['UTF-16, of UTF-8', declared('utf-16', 'Café – naïve')],
    ['nonsense, of UTF-8', declared('x-none', 'Café – naïve')],
    ['ASCII, of UTF-8', declared('us-ascii', 'Café – naïve')],
  ])('does not believe a declaration of %s', (_name, feed) => {
    expect(titles(Buffer.from(feed))).toEqual(['Café – naïve']);
  });

  it('reads as windows-1252 what is declared UTF-8 and is not', () => {
    expect(titles(Buffer.from(declared('utf-8', 'Caf\xe9 \x96 na\xefve'), 'latin1'))).toEqual(['Café – naïve']);
    expect(titles(Buffer.from(rssOf('Caf\xe9'), 'latin1'))).toEqual(['Café']);
  });

  it('rejects the one title in which UTF-8 is broken', () => {
    const feed = Buffer.concat([
      Buffer.from('<rss><channel><item><title>Café naïve</title></item><item><title>Broken '),
      Buffer.from([0xff, 0x80]),
      Buffer.from('</title></item></channel></rss>'),
    ]);
    expect(titles(feed)).toEqual(['Café naïve']);
    expect(parse(feed).rejections).toMatchObject([
      { id: 1, field: 'title', expected: 'text in utf-8', got: 'Broken \ufffd\ufffd' },
    ]);
  });

  it('keeps a replacement character that the feed itself has', () => {
    expect(titles(rssOf('A \ufffd'))).toEqual(['A \ufffd']);
  });

  it('gives lines and bytes of the text', () => {
    expect(parse('<rss><channel>\né<item/></channel></rss>').rejections).toMatchObject([{ line: 2, byte: 17 }]);
  });
});

// What makes a parser search the same text again and again would take hours here, and run into the time limit of the
// tests.
describe('texts made to be slow', () => {
  const size = 4_194_304;
  const fill = (piece: string): string => piece.repeat(size / piece.length);
  const open = '<rss><channel>';
  it.each([
    ['comments', open + fill('<!--')],
    ['CDATA sections', open + fill('<![CDATA[')],
    ['instructions', open + fill('<?x ')],
    ['brackets', open + fill('<')],
    ['items', open + fill('<item>')],
    ['quotes', open + fill('<a b="')],
    ['document types', fill('<!doctype')],
    ['closed document types', fill('<!doctype>')],
    ['comments in a document type', `<!doctype [${fill('<!--')}`],
    ['depth', `${open}<item>${'<a>'.repeat(150_000)}${'</b>'.repeat(140_000)}</item>`],
    [
      'depth in many titles',
      open + '<item><title>'.concat('&lt;b>'.repeat(800), '&lt;/i>'.repeat(700), '</title></item>').repeat(300),
    ],
    ['spaces in a ttl', `${open}<ttl>${fill(' ')}`],
    ['spaces in a date', `${open}<item><title>a</title><pubDate>${' '.repeat(1_000_000)}x</pubDate></item>`],
    [
      'depth in a category',
      `${open}<item><title>a</title><category>${'&lt;b>'.repeat(80_000)}${'&lt;/i>'.repeat(70_000)}</category></item>`,
    ],
    ['brackets of JSON', `{"items":[${fill('[')}`],
    ['comments of JSON', `{"items":[${fill('/*')}`],
    ['comments in an item of JSON', `{"items":[{"title":"a",${'/*'.repeat(400_000)}*/}]}`],
    ['lines of comments before JSON', `${fill('//\n')}{`],
    ['closing tags that are not closed', `<rss><item>${'</a '.repeat(200_000)}</item>`],
    ['tags before a feed', `<html>${fill('<a>')}`],
    ['comments before a feed', `<html>${fill('<!--')}`],
    ['backslashes of JSON', `{"items":["${fill('\\')}`],
    ['quotes of JSON', `{"items":[${fill('\\"')}`],
  ])('%s are read in one go', (_name, text) => {
    try {
      parse(text);
    } catch (error) {
      expect(error).toBeInstanceOf(HeadwaterError);
    }
  });
});
