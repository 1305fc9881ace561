import { gzipSync } from 'node:zlib';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../src/contracts/HeadwaterError.js';
import { fetchCsv } from '../../src/streams/fetchCsv.js';
import { collect, readTable } from './collect.js';
import { fileOf, scratch } from './scratch.js';

const usage = (make: () => unknown): HeadwaterError => {
  try {
    make();
  } catch (error) {
    if (error instanceof HeadwaterError) return error;
  }
  throw new Error('nothing was refused');
};

describe('fetchCsv: rows', () => {
  it('gives each row its ordinal, source, line, byte and fields', async () => {
    const path = fileOf('title,category\n"Rain,\nthen sun",World\nLate goal,Sports\n');
    const { values, error } = await collect(fetchCsv(path));
    expect(error).toBeUndefined();
    expect(values.map(({ fields, ...place }) => ({ ...place, fields: { ...fields } }))).toEqual([
      { id: 0, source: path, line: 2, byte: 15, fields: { title: 'Rain,\nthen sun', category: 'World' } },
      { id: 1, source: path, line: 4, byte: 38, fields: { title: 'Late goal', category: 'Sports' } },
    ]);
  });

  it('reads a file: URL, and a path with a colon in it that says so', async () => {
    const path = fileOf('a\n1\n', 'with space é:x.csv');
    expect((await readTable(pathToFileURL(path))).fields).toEqual([{ a: '1' }]);
    expect((await readTable(pathToFileURL(path).href)).fields).toEqual([{ a: '1' }]);
    expect((await readTable(path)).fields).toEqual([{ a: '1' }]);
  });

  it('reads a gzipped file by its first byte, and one whose name says so', async () => {
    const zipped = gzipSync('a,b\n1,2\n');
    expect((await readTable(fileOf(zipped, 'table.csv'))).fields).toEqual([{ a: '1', b: '2' }]);
    expect((await readTable(fileOf(zipped, 'table.csv.gz'))).fields).toEqual([{ a: '1', b: '2' }]);
    const members = Buffer.concat([zipped, gzipSync('3,4\n')]);
    expect((await readTable(fileOf(members, 'two.csv.gz'))).fields).toEqual([
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ]);
  });

  it('errs for a truncated gzip file, and for one that is none', async () => {
    const cut = await readTable(fileOf(gzipSync('a,b\n1,2\n'.repeat(1000)).subarray(0, 40), 'cut.csv.gz'));
    expect(cut.code).toBe('HW_ENCODING');
    const none = await readTable(fileOf('a,b\n1,2\n', 'none.csv.gz'));
    expect(none.code).toBe('HW_USAGE');
    expect(none.message).toContain('none.csv.gz');
  });

  it('keeps columns named __proto__ and constructor', async () => {
    const { values } = await collect(fetchCsv(fileOf('__proto__,constructor,title\npolluted,built,t\n')));
    const fields = values[0]?.fields ?? {};
    expect(Object.getPrototypeOf(fields)).toBeNull();
    expect(Object.entries(fields)).toEqual([
      ['__proto__', 'polluted'],
      ['constructor', 'built'],
      ['title', 't'],
    ]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('takes another delimiter', async () => {
    expect((await readTable(fileOf('a\tb\n"x\ty"\t1,5\n'), { delimiter: '\t' })).fields).toEqual([
      { a: 'x\ty', b: '1,5' },
    ]);
  });

  it('leaves a byte order mark out, and counts its bytes', async () => {
    const { values, fields } = await readTable(fileOf('\uFEFF"a",b\n1,2\n'));
    expect(fields).toEqual([{ a: '1', b: '2' }]);
    expect(values[0]?.byte).toBe(9);
  });

  it.each([
    ['LF', 'a,b\n1,2\n"3\n","4"\n5,\n'],
    ['CRLF', 'a,b\r\n1,2\r\n"3\n","4"\r\n5,\r\n'],
    ['CR', 'a,b\r1,2\r"3\n","4"\r5,\r'],
    ['LF and CRLF', 'a,b\r\n1,2\n"3\n","4"\r\n5,\n'],
    ['no line break at the end', 'a,b\n1,2\n"3\n","4"\n5,'],
    ['blank lines', '\n\r\na,b\n\n1,2\n\r\n"3\n","4"\n5,\n\n\n'],
  ])('reads %s', async (_name, table) => {
    const { fields, rejections, error } = await readTable(fileOf(table));
    expect(error).toBeUndefined();
    expect(rejections).toEqual([]);
    expect(fields).toEqual([
      { a: '1', b: '2' },
      { a: '3\n', b: '4' },
      { a: '5', b: '' },
    ]);
  });

  it('counts lines by any line break, and blank lines too', async () => {
    const lines = async (table: string): Promise<number[]> =>
      (await readTable(fileOf(table))).values.map(({ line }) => line);
    expect(await lines('a\n\n1\n"x\n\ny"\n2\n')).toEqual([3, 4, 7]);
    expect(await lines('a\r\n\r\n1\r\n"x\r\n\r\ny"\r\n2\r\n')).toEqual([3, 4, 7]);
    expect(await lines('a\r\r1\r"x\r\ry"\r2\r')).toEqual([3, 4, 7]);
  });

  it('keeps a lone CR as data where lines end at LF', async () => {
    expect((await readTable(fileOf('a,b\none\rline,2\n3,"x\ry"\n'))).fields).toEqual([
      { a: 'one\rline', b: '2' },
      { a: '3', b: 'x\ry' },
    ]);
  });

  it('keeps NUL bytes and a genuine U+FFFD as data', async () => {
    const { fields, rejections } = await readTable(fileOf('a,b\nx\0y,\uFFFD\n"\0",""\n'));
    expect(rejections).toEqual([]);
    expect(fields).toEqual([
      { a: 'x\0y', b: '\uFFFD' },
      { a: '\0', b: '' },
    ]);
  });

  it('completes without a row for a header alone', async () => {
    for (const table of ['a,b', 'a,b\n', 'a,b\r\n\r\n']) {
      const { values, error } = await readTable(fileOf(table), { columns: ['b'] });
      expect(values).toEqual([]);
      expect(error).toBeUndefined();
    }
  });
});

describe('fetchCsv: tables that cannot be read', () => {
  it.each([
    ['nothing', ''],
    ['a byte order mark', '\uFEFF'],
    ['blank lines', '\n\r\n\n'],
  ])('errs with HW_EMPTY for %s', async (_name, table) => {
    const { code, message } = await readTable(fileOf(table, 'empty.csv'));
    expect(code).toBe('HW_EMPTY');
    expect(message).toContain('empty.csv');
  });

  it('names the columns that are missing and those that are there', async () => {
    const { code, message, values } = await readTable(fileOf('headline, category\nx,y\n'), {
      columns: ['title', 'category', 'headline'],
    });
    expect(code).toBe('HW_COLUMNS');
    expect(message).toContain('no column "title", "category"');
    expect(message).toContain('"headline", " category"');
    expect(values).toEqual([]);
  });

  it('errs for a name that stands twice', async () => {
    const { code, message } = await readTable(fileOf('a,b,a\n1,2,3\n'), { columns: ['a'] });
    expect(code).toBe('HW_COLUMNS');
    expect(message).toContain('"a"');
  });

  it.each([
    ['a stray quote in the header', 'a"b,c\n1,2\n'],
    ['an unclosed quote in the header', '"a,b\n1,2\n'],
    ['a header that is not UTF-8', Buffer.from([0x61, 0xff, 0x0a, 0x31, 0x0a])],
    ['UTF-16 little-endian', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le')],
    ['UTF-16 big-endian', Buffer.from('\uFEFFa,b\n1,2\n', 'utf16le').swap16()],
  ])('errs with HW_CSV for %s', async (_name, table) => {
    const { code, values } = await readTable(fileOf(table));
    expect(code).toBe('HW_CSV');
    expect(values).toEqual([]);
  });

  it('errs with HW_CSV for a header that is too long', async () => {
    expect((await readTable(fileOf(`${'x'.repeat(200)}\n1\n`), { maxRecordBytes: 100 })).code).toBe('HW_CSV');
  });

  it('errs with HW_PATH for a path that is missing or a directory', async () => {
    const folder = scratch();
    const missing = await readTable(`${folder}/no/such.csv`);
    expect(missing.code).toBe('HW_PATH');
    expect(missing.message).toContain(`No such file: ${folder}/no/such.csv`);
    const directory = await readTable(folder);
    expect(directory.code).toBe('HW_PATH');
    expect(directory.message).toContain('directory');
  });
});

describe('fetchCsv: arguments that cannot work', () => {
  it.each([
    ['an empty source', () => fetchCsv('')],
    ['another scheme', () => fetchCsv('ftp://example.org/news.csv')],
    ['a data: address', () => fetchCsv(new URL('data:text/csv,a'))],
    ['an address that is none', () => fetchCsv('http://')],
    ['a file on another host', () => fetchCsv('file://elsewhere/news.csv')],
    ['a NUL in a path', () => fetchCsv('a\0b')],
    ['an empty delimiter', () => fetchCsv('x.csv', { delimiter: '' })],
    ['a delimiter of seventeen bytes', () => fetchCsv('x.csv', { delimiter: '|'.repeat(17) })],
    ['a delimiter with a line break', () => fetchCsv('x.csv', { delimiter: '|\n' })],
    ['a delimiter with a quote', () => fetchCsv('x.csv', { delimiter: '|"' })],
    ['a quote for a delimiter', () => fetchCsv('x.csv', { delimiter: '"' })],
    ['no bytes for a record', () => fetchCsv('x.csv', { maxRecordBytes: 0 })],
    ['half a redirect', () => fetchCsv('x.csv', { maxRedirects: 0.5 })],
    ['no time for the head', () => fetchCsv('x.csv', { headersTimeout: 0 })],
    ['no time for the body', () => fetchCsv('x.csv', { bodyTimeout: Number.NaN })],
    ['no time to emit in', () => fetchCsv('x.csv', { yieldAfter: 0 })],
  ])('refuses %s at once', (_name, make) => {
    expect(usage(make).code).toBe('HW_USAGE');
  });
});
