import { gzipSync } from 'node:zlib';
import { toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import { type FeedTitle, readOpml, type ReadOpmlOptions } from '../../../src/streams/feeds/readOpml.js';
import { collect } from '../collect.js';
import { fileOf } from '../scratch.js';
import { serveBody } from '../servers.js';

const opml = (...outlines: readonly string[]): string =>
  `<?xml version="1.0"?>\n<opml version="2.0"><head><title>T</title></head><body>${outlines.join('\n')}</body></opml>`;
const outline = (url: string): string => `<outline type="rss" text="x" xmlUrl="${url}"/>`;

const read = async (source: string, options: ReadOpmlOptions = {}) => {
  const rejections: Rejection[] = [];
  const { values, error } = await collect(
    readOpml(source, { rejections: { next: (rejection) => void rejections.push(rejection) }, ...options }),
  );
  return { values, error, rejections };
};

describe('readOpml', () => {
  it('gives the addresses in order, out of folders, each once', async () => {
    const list = opml(
      outline('https://a.example/feed?x=1&amp;y=2'),
      `<outline text="Folder">${outline('http://b.example')}<OUTLINE XMLURL=" ` +
        `https://c.example/ "></OUTLINE>${outline('http://b.example/')}</outline>`,
      '<outline text="no feed" htmlUrl="https://d.example"/>',
    );
    expect(await read(fileOf(list))).toEqual({
      values: ['https://a.example/feed?x=1&y=2', 'http://b.example', 'https://c.example/'],
      error: undefined,
      rejections: [],
    });
  });

  it('reads compressed lists, other encodings, and lists that come over HTTP', async () => {
    expect((await read(fileOf(gzipSync(opml(outline('https://a.example/'))), 'x.opml.gz'))).values).toEqual([
      'https://a.example/',
    ]);
    expect(
      (await read(fileOf(Buffer.from(`\ufeff${opml(outline('https://a.example/é'))}`, 'utf16le')))).values,
    ).toEqual(['https://a.example/é']);
    expect((await read(await serveBody(opml(outline('https://a.example/'))))).values).toEqual(['https://a.example/']);
  });

  it('tells what the list calls a feed: its text, or else its title', async () => {
    const list = opml(
      '<outline text=" Ferry &amp;\n News " title="T" xmlUrl="feed://a.example/x"/>',
      '<outline title="Harbour" xmlUrl="https://b.example/"/>',
      '<outline xmlUrl="https://c.example/"/>',
    );
    const named: FeedTitle[] = [];
    await read(fileOf(list), { titles: { next: (title) => void named.push(title) } });
    expect(named).toEqual([
      { address: 'http://a.example/x', title: 'Ferry & News' },
      { address: 'https://b.example/', title: 'Harbour' },
    ]);
  });

  it('makes feed addresses http', async () => {
    expect(
      (await read(fileOf(opml(outline('feed://a.example/x'), outline('feed:https://b.example/'))))).values,
    ).toEqual(['http://a.example/x', 'https://b.example/']);
  });

  it.each([
    ['url for xmlUrl', '<outline type="rss" text="A" url="https://a.example/feed"/>'],
    ['an empty xmlUrl', '<outline text="A" xmlUrl="" htmlUrl="https://a.example/feed"/>'],
    ['no xmlUrl', '<outline type="rss" title="A" htmlUrl="https://a.example/feed"/>'],
    ['no scheme', '<outline text="A" xmlUrl="a.example/feed"/>'],
    ['a line break in the address', '<outline text="A" xmlUrl="https://a.example/\n feed"/>'],
    ['an empty text', '<outline text="" title="A" xmlUrl="https://a.example/feed"/>'],
    ['upper case', '<OUTLINE TEXT="A" XMLURL="https://a.example/feed"/>'],
    ['quotes in the title', '<outline title="say "A"" text="A" xmlUrl="https://a.example/feed"/>'],
    [
      'links and lists beside it',
      '<outline type="link" url="/l"/><outline type="include" url="/i"/><outline text="A" xmlUrl="https://a.example/feed"/>',
    ],
  ])('reads outlines with %s', async (_name, outlines) => {
    const titles: FeedTitle[] = [];
    const { values } = await read(fileOf(opml(outlines)), { titles: { next: (named) => void titles.push(named) } });
    expect(values).toEqual(['https://a.example/feed']);
    expect(titles).toMatchObject([{ title: 'A' }]);
  });

  it('reads titles with the names of HTML, and lists with a prefix', async () => {
    const titles: FeedTitle[] = [];
    const list =
      '<o:opml xmlns:o="urn:o"><o:body><o:outline text="Caf&eacute; &amp;amp; Bar" xmlUrl="itpc://a.example/feed"/></o:body></o:opml>';
    expect((await read(fileOf(list), { titles: { next: (named) => void titles.push(named) } })).values).toEqual([
      'http://a.example/feed',
    ]);
    expect(titles).toMatchObject([{ title: 'Café & Bar' }]);
  });

  it('keeps the spaces of an address, without its line breaks', async () => {
    const urls = ['https://a.example/rss?q=climate change', 'a.example/feed.xml', ' https://b.example/\r\n\t x\n'];
    expect((await read(fileOf(opml(...urls.map(outline))))).values).toEqual([
      'https://a.example/rss?q=climate change',
      'https://a.example/feed.xml',
      'https://b.example/x',
    ]);
  });

  it('rejects addresses that cannot be polled', async () => {
    const { values, rejections } = await read(
      fileOf(opml(outline('file:///etc/passwd'), outline('nonsense'), outline('https://a.example/'))),
    );
    expect(values).toEqual(['https://a.example/']);
    expect(rejections).toMatchObject([
      {
        reason: 'item',
        id: 0,
        line: 2,
        byte: 77,
        field: 'xmlUrl',
        expected: 'an address of http or https',
        got: 'file:///etc/passwd',
      },
      { id: 1, line: 3, expected: 'an address', got: 'nonsense' },
    ]);
    const files = ['feed.xml', 'rss.php?id=1', 'index.html/', 'News.RSS'];
    expect((await read(fileOf(opml(...files.map(outline))))).rejections.map(({ got }) => got)).toEqual(files);
    expect((await read(fileOf(opml(outline('nonsense'))), { rejections: undefined })).error).toMatchObject({
      code: 'HW_REJECTIONS',
    });
  });

  it('lets a list of one’s own name private addresses', async () => {
    expect((await read(fileOf(opml(outline('http://localhost/'))))).values).toEqual(['http://localhost/']);
    expect((await read(await serveBody(opml(outline('http://localhost/'))))).values).toEqual(['http://localhost/']);
  });

  it.each([
    ['nothing', '', 'HW_FEED'],
    ['a feed', '<rss><channel/></rss>', 'HW_FEED'],
    ['half a list', opml(outline('https://a.example/')).slice(0, -10), 'HW_FEED'],
    ['a list of folders in folders', opml('<outline>'.repeat(200)), 'HW_FEED'],
  ])('takes %s for no list', async (_name, body, code) => {
    const { values, error } = await read(fileOf(body));
    expect(values).toEqual([]);
    expect(error).toMatchObject({ code });
  });

  it('puts only the start of a long element into the message', async () => {
    const { error } = await read(fileOf(`<${'x'.repeat(10_000)}>`));
    expect((error as Error).message.length).toBeLessThan(500);
  });

  it('has a limit', async () => {
    expect((await read(fileOf(opml(outline('https://a.example/'))), { maxBytes: 50 })).error).toMatchObject({
      code: 'HW_OVERFLOW',
    });
  });

  it('tells of a missing file, and of misuse at once', async () => {
    expect((await read('/nowhere/feeds.opml')).error).toMatchObject({ code: 'HW_PATH' });
    expect(() => readOpml('')).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    expect(() => readOpml('ftp://a.example/')).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
  });

  it('shows no password of an address that it rejects', async () => {
    const { rejections } = await read(
      fileOf(opml(outline('ftp://me:s3cret@a.example/') + outline('https://me:s3/cret@a.example/'))),
    );
    expect(rejections.map(({ got }) => got)).toEqual(['ftp://a.example/', 'https://a.example/']);
  });

  it('is read anew by each subscriber', async () => {
    const source = readOpml(fileOf(opml(outline('https://a.example/')))).pipe(toArray());
    expect((await collect(source)).values).toEqual([['https://a.example/']]);
    expect((await collect(source)).values).toEqual([['https://a.example/']]);
  });
});
