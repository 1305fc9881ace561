import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { encode } from 'iconv-lite';
import { lastValueFrom, tap } from 'rxjs';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import type { Row } from '../../../src/contracts/rows/Row.js';
import { fetchHeadlines, type FetchHeadlinesOptions } from '../../../src/streams/fetchHeadlines.js';
import { fetchTable } from '../../../src/streams/fetchTable.js';
import type { TableLayout } from '../../../src/streams/table/TableLayout.js';
import type { TableNotice } from '../../../src/streams/table/TableOptions.js';
import type { TableAddress } from '../../../src/streams/table/TableSource.js';
import { collect } from '../collect.js';
import { fileOf, scratch } from '../scratch.js';
import { zipOf } from '../zipOf.js';

interface Read {
  readonly rows: readonly Row[];
  readonly rejections: readonly Rejection[];
  readonly layouts: readonly TableLayout[];
  readonly notices: readonly TableNotice[];
  readonly code: string | undefined;
  readonly message: string;
}

const read = async (
  source: TableAddress | readonly TableAddress[],
  options: FetchHeadlinesOptions = {},
): Promise<Read> => {
  const [rejections, layouts, notices]: [Rejection[], TableLayout[], TableNotice[]] = [[], [], []];
  const { values, error } = await collect(
    fetchHeadlines(source, {
      rejections: { next: (rejection) => void rejections.push(rejection) },
      onLayout: (layout) => void layouts.push(layout),
      onNotice: (notice) => void notices.push(notice),
      ...options,
    }),
  );
  return {
    rows: values,
    rejections,
    layouts,
    notices,
    code: error instanceof HeadwaterError ? error.code : undefined,
    message: error instanceof Error ? error.message : '',
  };
};

const TITLES = ['Rain over the harbour', 'Late goal decides it', 'Prices rise again', 'Strike at the port'];
const CLASSES = ['World', 'Sports', 'Business', 'World'];
const EXPECTED = TITLES.map((title, id) => ({ id, title, category: CLASSES[id]! }));

const delimited = (delimiter: string, header = ['Text', 'Label']): string =>
  [header, ...EXPECTED.map(({ title, category }) => [title, category])]
    .map((fields) => `${fields.join(delimiter)}\n`)
    .join('');

const jsonLines = EXPECTED.map(({ title, category }) => `${JSON.stringify({ title, category })}\n`).join('');
const fastText = EXPECTED.map(({ title, category }) => `__label__${category} ${title}\n`).join('');

describe('fetchHeadlines: what is read', () => {
  it.each([
    ['commas', 't.csv', delimited(','), ','],
    ['tabs', 't.tsv', delimited('\t'), '\t'],
    ['tabs in a file called .csv', 't.csv', delimited('\t'), '\t'],
    ['semicolons', 't.csv', delimited(';'), ';'],
    ['bars', 't.txt', delimited('|'), '|'],
    ['semicolons with commas in the text', 't.csv', 'text;label\na, b, and c;X\nd, e;Y\n', ';'],
  ])('finds %s', async (_name, file, table, delimiter) => {
    const { rows, layouts, code } = await read(fileOf(table, file));
    expect(code).toBeUndefined();
    expect(rows.length).toBeGreaterThan(1);
    expect(layouts).toMatchObject([{ format: 'delimited', delimiter, header: true, encoding: 'utf-8' }]);
    if (rows.length === EXPECTED.length) expect(rows).toEqual(EXPECTED);
  });

  it.each([
    ['JSON lines', 't.jsonl', jsonLines, 'json-lines'],
    ['JSON lines by their first character', 't.data', jsonLines, 'json-lines'],
    ["fastText's lines", 't.txt', fastText, 'fasttext'],
  ])('reads %s, also compressed', async (_name, file, table, format) => {
    for (const source of [fileOf(table, file), fileOf(gzipSync(table), `${file}.gz`)]) {
      const { rows, layouts } = await read(source);
      expect(rows).toEqual(EXPECTED);
      expect(layouts).toMatchObject([{ format }]);
    }
  });

  it('rejects values that are nested too deeply, in lines and in a document', async () => {
    const levels = 100_000;
    const deep = `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const row = `{"title":"Deep","category":"c","more":${deep}}`;
    const [first, last] = ['{"title":"Ferry back","category":"a"}', '{"title":"Rates held","category":"b"}'];
    const inLines = await read(fileOf([first, row, `{"title":${deep}}`, last].join('\n'), 'deep.jsonl'));
    expect(inLines.rows.map(({ title }) => title)).toEqual(['Ferry back', 'Rates held']);
    expect(inLines.rejections).toMatchObject([
      { reason: 'field', line: 2, expected: 'values that are not nested thousands of levels deep' },
      { reason: 'field', line: 3 },
    ]);
    const inDocument = await read(fileOf(`[${first},${row},${deep},${last}]`, 'deep.json'));
    expect(inDocument.rows.map(({ title }) => title)).toEqual(['Ferry back', 'Rates held']);
    expect(inDocument.rejections).toMatchObject([{ reason: 'field' }, { reason: 'field' }]);
    expect(inDocument.rejections[0]?.got).toContain('nested too deeply');
  });

  it('reads a Parquet file, twice', async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'text', data: TITLES, type: 'STRING' },
        { name: 'label', data: CLASSES, type: 'STRING' },
      ],
    });
    const rows$ = fetchHeadlines(fileOf(Buffer.from(bytes), 't.parquet'));
    for (let pass = 0; pass < 2; pass++) expect(await collect(rows$)).toEqual({ values: EXPECTED, error: undefined });
  });

  const parquetOf = (rows: number, text: string): Buffer =>
    Buffer.from(
      parquetWriteBuffer({
        columnData: [
          { name: 'text', data: Array.from({ length: rows }, (_, i) => `${text} ${i}`), type: 'STRING' },
          { name: 'label', data: Array.from({ length: rows }, (_, i) => CLASSES[i % 4]!), type: 'STRING' },
        ],
      }),
    );

  it('tells a Parquet file and an archive that are replaced during a pass', async () => {
    // More than the streams between the file and the rows read ahead.
    const many = 20_000;
    const table = (text: string): string =>
      `text,label\n${Array.from({ length: many }, (_, i) => `${text} ${i},${CLASSES[i % 4]}\n`).join('')}`;
    const kinds: readonly (readonly [name: string, of: (text: string) => Buffer])[] = [
      ['t.parquet', (text) => parquetOf(many, text)],
      ['t.zip', (text) => zipOf({ 't.csv': table(text) })],
    ];
    for (const [name, of] of kinds) {
      const path = fileOf(of('old'), name);
      const other = fileOf(of('new'), name);
      let rows = 0;
      const error = await lastValueFrom(
        fetchHeadlines(path).pipe(tap(() => (rows += 1) === 1 && renameSync(other, path))),
      ).catch((error: unknown) => error);
      expect({ name, error }).toMatchObject({ error: { code: 'HW_SOURCE_CHANGED' } });
    }
  });

  it('refuses a Parquet file whose numbers of rows contradict each other', async () => {
    const bytes = parquetOf(3000, 'row');
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    // The number of rows as a field of Thrift's compact protocol.
    const declared = bytes.indexOf(Buffer.from([0x16, 0xf0, 0x2e]), footer);
    expect(declared).toBeGreaterThan(footer);
    for (const [rows, varint] of [
      [2000, [0xa0, 0x1f]],
      [5000, [0x90, 0x4e]],
    ] as const) {
      const wrong = Buffer.from(bytes);
      wrong.set(varint, declared + 1);
      expect(await read(fileOf(wrong, 't.parquet'))).toMatchObject({
        code: 'HW_ENCODING',
        message: expect.stringContaining(`it declares ${rows} rows, and its row groups have 3000`) as string,
      });
    }
  });

  it('reads values of JSON as text, and rejects lines that are no object', async () => {
    const table = '{"text":"a","label":1}\n\n[1]\nnonsense\n{"text":"b","label":["x"]}\n{"text":null,"label":"y"}\n';
    const { rows, rejections } = await read(fileOf(table, 't.jsonl'));
    expect(rows).toEqual([
      { id: 0, title: 'a', category: '1' },
      { id: 3, title: 'b', category: 'x' },
    ]);
    expect(rejections.map(({ id, line, category }) => [id, line, category])).toEqual([
      [1, 3, undefined],
      [2, 4, undefined],
      [4, 6, 'y'],
    ]);
  });

  it('numbers the rows of several tables and of a pattern through, at every pass', async () => {
    const folder = join(scratch(), 'parts');
    mkdirSync(folder);
    writeFileSync(join(folder, 'b.csv'), 'label,text\nY,second\n');
    writeFileSync(join(folder, 'a.csv'), 'text,label\nfirst,X\nshort\n');
    const rejected: number[] = [];
    const rows$ = fetchHeadlines([join(folder, '*.csv'), fileOf('{"title":"third","class":"Z"}\n')], {
      rejections: { next: ({ id }) => void rejected.push(id) },
    });
    for (let pass = 0; pass < 2; pass++) {
      const { values, error } = await collect(rows$);
      expect(error).toBeUndefined();
      expect(values).toEqual([
        { id: 0, title: 'first', category: 'X' },
        { id: 2, title: 'second', category: 'Y' },
        { id: 3, title: 'third', category: 'Z' },
      ]);
    }
    expect(rejected).toEqual([1, 1]);
    expect(await read(join(folder, '*.tsv'))).toMatchObject({ code: 'HW_PATH' });
  });

  it('reads the last label of each headline in a file of labels, and no other repeated row', async () => {
    const label = (title: string, category: string, more: object = {}): string =>
      `${JSON.stringify({ title, category, labelled: '2026-01-01T00:00:00Z', predicted: 'X', model: 'm', ...more })}\n`;
    const labels = fileOf(
      label('ferry', 'World') +
        label('goal', 'World', { guid: '1' }) +
        label('ferry', 'Sports') +
        label('goal', 'Sports', { guid: '2' }) +
        label('goal', 'Business', { guid: '1' }) +
        '{"title":"cut',
    );
    const { rows, rejections, notices } = await read([labels, fileOf(`${jsonLines}${jsonLines}`)]);
    expect(rows.slice(0, 3)).toEqual([
      { id: 2, title: 'ferry', category: 'Sports' },
      { id: 3, title: 'goal', category: 'Sports' },
      { id: 4, title: 'goal', category: 'Business' },
    ]);
    // The rows of the next table are numbered after the rejected line.
    expect(rejections.map(({ id }) => id)).toEqual([5]);
    expect(rows.slice(3).map(({ id }) => id)).toEqual([6, 7, 8, 9, 10, 11, 12, 13]);
    expect(notices).toEqual([{ type: 'corrected', source: labels, records: 2, firstLine: 1 }]);
    // Rows without classes are no labels, and all of them are read.
    const titles$ = fetchTable(labels, { labelColumn: null, rejections: { next: () => undefined } });
    expect((await collect(titles$)).values).toHaveLength(5);
  });

  it('reads each file of a pattern once, through links, and leaves out none without a word', async () => {
    const folder = join(scratch(), 'links');
    mkdirSync(folder);
    const stored = fileOf('text,label\nfirst,X\n', 'stored.csv');
    symlinkSync(stored, join(folder, 'a.csv'));
    symlinkSync(folder, join(folder, 'circle'));
    const found = await read(join(folder, '**/*.csv'));
    expect(found.rows).toMatchObject([{ title: 'first' }]);
    symlinkSync(join(folder, 'gone.csv'), join(folder, 'broken.csv'));
    expect(await read(join(folder, '**/*.csv'))).toMatchObject({
      code: 'HW_PATH',
      message: expect.stringContaining('No such file: ') as string,
    });
    expect((await read(join(folder, 'a*.csv'))).rows).toHaveLength(1);
  });

  it('tells a folder of texts that another pass reads with other texts', async () => {
    const folder = join(scratch(), 'texts');
    for (const label of ['neg', 'pos']) {
      mkdirSync(join(folder, label), { recursive: true });
      writeFileSync(join(folder, label, '1.txt'), label);
    }
    const rows$ = fetchHeadlines(folder);
    expect((await collect(rows$)).values).toHaveLength(2);
    expect((await collect(rows$)).error).toBeUndefined();
    writeFileSync(join(folder, 'pos', '2.txt'), 'more');
    expect((await collect(rows$)).error).toMatchObject({ code: 'HW_SOURCE_CHANGED' });
  });

  it('reads a stream, and again where it is kept', async () => {
    const make = (): Readable => Readable.from([Buffer.from(delimited(','))], { objectMode: false });
    const kept$ = fetchHeadlines(make(), { snapshotDir: scratch() });
    for (let pass = 0; pass < 2; pass++) expect((await collect(kept$)).values).toEqual(EXPECTED);
    const once$ = fetchHeadlines(make());
    expect((await collect(once$)).values).toEqual(EXPECTED);
    expect((await collect(once$)).error).toMatchObject({ code: 'HW_USAGE' });
  });

  it('gives the same rows however the bytes are cut, and when they are more than the head', async () => {
    const many = `text,label\n${Array.from({ length: 9000 }, (_, i) => `"Report ""${i}"" of the day",${'ABC'[i % 3]!}\n`).join('')}`;
    const bytes = Buffer.from(many);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 777) }, (_, i) =>
      bytes.subarray(777 * i, 777 * (i + 1)),
    );
    const whole = await read(fileOf(many));
    expect(whole.rows).toHaveLength(9000);
    expect(whole.rows[8999]).toEqual({ id: 8999, title: 'Report "8999" of the day', category: 'C' });
    expect((await read(Readable.from(chunks, { objectMode: false }))).rows).toEqual(whole.rows);
  });
});

describe('fetchHeadlines: columns', () => {
  it.each([
    [' TEXT , Label ', ' TEXT ', ' Label '],
    ['id,Headline,Category,date', 'Headline', 'Category'],
    ['tweet,sentiment', 'tweet', 'sentiment'],
    ['label,title,text', 'title', 'label'],
  ])('finds them by name in %s', async (header, title, label) => {
    const width = header.split(',').length;
    const { layouts, code } = await read(
      fileOf(`${header}\n${Array.from({ length: width }, (_, i) => `v${i}`).join(',')}\n`),
    );
    expect(code).toBeUndefined();
    expect(layouts).toMatchObject([{ titleColumns: [title], labelColumn: label, foundBy: 'names' }]);
  });

  it('names what else the text could be in', async () => {
    const { layouts } = await read(fileOf('label,title,text\nA,b,c\n'));
    expect(layouts[0]?.otherTitleColumns).toEqual(['text']);
  });

  const sms = [
    'v1,v2,,,',
    ...Array.from({ length: 12 }, (_, i) => `${i % 3 === 0 ? 'spam' : 'ham'},message number ${i} to you,,,`),
  ];

  it('finds them by their values where the names say nothing and columns have none', async () => {
    const { rows, layouts } = await read(fileOf(`${sms.join('\n')}\n`));
    expect(layouts).toMatchObject([{ titleColumns: ['v2'], labelColumn: 'v1', foundBy: 'values' }]);
    expect(rows[0]).toEqual({ id: 0, title: 'message number 0 to you', category: 'spam' });
  });

  it('finds them where there are two columns, of texts that repeat', async () => {
    const table = Array.from({ length: 60 }, (_, i) => `${'AB'[i % 2]!},see you at ${i % 19}\n`).join('');
    const { layouts } = await read(fileOf(`c1,c2\n${table}`));
    expect(layouts).toMatchObject([{ titleColumns: ['c2'], labelColumn: 'c1', foundBy: 'values' }]);
  });

  it('does not take texts for classes, whatever their column is called', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `Das Zimmer ${i} war ruhig;${'AB'[i % 2]!};${i}.5`).join('\n');
    const { layouts } = await read(fileOf(`Bewertung;Urteil;Preis\n${rows}\n`));
    expect(layouts).toMatchObject([{ titleColumns: ['Bewertung'], labelColumn: 'Urteil', foundBy: 'values' }]);
    // Nothing else could be the classes: the name decides, and the error of the training says what is wrong with them.
    const few = Array.from({ length: 30 }, (_, i) => `Story number ${i},${i}-${i % 7}`).join('\n');
    expect((await read(fileOf(`title,label\n${few}\n`))).layouts).toMatchObject([{ labelColumn: 'label' }]);
  });

  it('finds that there is no header', async () => {
    const table = Array.from({ length: 12 }, (_, i) => `"${1 + (i % 3)}","Story number ${i} of today"\n`).join('');
    const { rows, layouts } = await read(fileOf(table));
    expect(layouts).toMatchObject([{ header: false, titleColumns: ['2'], labelColumn: '1' }]);
    expect(rows).toHaveLength(12);
  });

  it('names columns by their numbers without a header', async () => {
    const { rows } = await read(fileOf('A,one\nB,two\n'), { header: false, titleColumns: ['2'], labelColumn: '1' });
    expect(rows).toEqual([
      { id: 0, title: 'one', category: 'A' },
      { id: 1, title: 'two', category: 'B' },
    ]);
  });

  it('says which options to give where it cannot be told', async () => {
    const table = Array.from(
      { length: 12 },
      (_, i) => `${1 + (i % 3)},Story number ${i} of today,Its long description ${i}\n`,
    );
    const { code, message } = await read(fileOf(table.join('')));
    expect(code).toBe('HW_COLUMNS');
    expect(message).toContain('--title-column 2 --label-column 1');
  });

  it('joins several columns, given apart or with commas between', async () => {
    const path = fileOf('subject,body,label\nHello,world,X\n ,alone,Y\n');
    for (const titleColumns of [['subject', 'body'], ['SUBJECT, body']])
      expect((await read(path, { titleColumns })).rows.map(({ title }) => title)).toEqual(['Hello world', 'alone']);
  });

  it('finds them within objects of JSON lines, and by what follows a dot', async () => {
    const line = (text: string, label: string): string =>
      `${JSON.stringify({ id: 1, data: { title: text, other: 1 }, meta: { label } })}\n`;
    const nested = await read(fileOf(line('Late goal', 'Sports') + line('Rain', 'World'), 't.jsonl'));
    expect(nested.layouts).toMatchObject([
      {
        columns: ['id', 'data.title', 'data.other', 'meta.label'],
        titleColumns: ['data.title'],
        labelColumn: 'meta.label',
      },
    ]);
    expect(nested.rows).toMatchObject([
      { title: 'Late goal', category: 'Sports' },
      { title: 'Rain', category: 'World' },
    ]);
    const csv = await read(fileOf('id,reviews.text,reviews.rating\n1,good,5\n2,bad,1\n'));
    expect(csv.layouts).toMatchObject([{ titleColumns: ['reviews.text'], labelColumn: 'reviews.rating' }]);
  });

  it('opens objects of JSON lines to a depth, and keeps a key that is written with a dot', async () => {
    const table = '{"title":"a","a":{"b":{"c":{"d":{"e":1}}}},"label.x":"X","label":{"x":"Y"}}\n';
    const { layouts, rows } = await read(fileOf(table, 't.jsonl'), { labelColumn: 'label.x' });
    expect(layouts[0]?.columns).toEqual(['title', 'a.b.c.d', 'label.x']);
    expect(rows).toMatchObject([{ category: 'X' }]);
  });

  it('refuses one column for both', async () => {
    const { code, message } = await read(fileOf('title,category\na,b\n'), {
      titleColumns: ['title'],
      labelColumn: 'title',
    });
    expect(code).toBe('HW_COLUMNS');
    expect(message).toContain('"title" is chosen for both the text and the class');
  });

  it('refuses a column that is missing, or stands twice', async () => {
    const path = fileOf('text,label,label\na,X,Y\n');
    expect(await read(path, { titleColumns: ['nothing'] })).toMatchObject({ code: 'HW_COLUMNS' });
    const twice = await read(path, { labelColumn: 'label' });
    expect(twice.code).toBe('HW_COLUMNS');
    expect(twice.message).toContain('--label-column 2');
    expect((await read(path, { labelColumn: '3' })).rows).toEqual([{ id: 0, title: 'a', category: 'Y' }]);
  });

  it('leaves blanks around a class out, renames it, leaves it out, and rejects one that is not named', async () => {
    const names: Readonly<Record<string, string | null>> = { a: 'A', b: null };
    const { rows, rejections } = await read(fileOf('text,label\none, a \ntwo,b\nthree,c\n,a\nfive,\n'), {
      className: (label) => names[label],
    });
    expect(rows).toEqual([{ id: 0, title: 'one', category: 'A' }]);
    expect(rejections.map(({ id, category }) => [id, category])).toEqual([
      [2, 'c'],
      [3, 'A'],
      [4, undefined],
    ]);
  });

  it('takes a header of 140,000 names in time that grows with their number, and quotes a few', async () => {
    const header = Array.from({ length: 140_000 }, (_, i) => `column ${i}`).join(',');
    const { code, message } = await read(fileOf(`${header}\n`), { maxRecordBytes: 10_000_000 });
    expect(code).toBe('HW_COLUMNS');
    expect(message.length).toBeLessThan(2000);
  });
});

describe('fetchHeadlines: quotes and comments', () => {
  it('reads a stray quote as pandas does, and counts the records', async () => {
    const table = 'title,category\nThe 12" record,A\n"said ""no"" and"left,B\n"never closed,C\n"plain",D\n';
    const { rows, notices, rejections } = await read(fileOf(table));
    expect(rejections).toEqual([]);
    expect(rows.map(({ title, category }) => [title, category])).toEqual([
      ['The 12" record', 'A'],
      ['said "no" andleft', 'B'],
      ['"never closed', 'C'],
      ['plain', 'D'],
    ]);
    expect(notices).toMatchObject([{ type: 'quotes', records: 3, firstLine: 2 }]);
  });

  it('rejects it where that is asked for', async () => {
    const { rows, rejections } = await read(fileOf('title,category\nThe 12" record,A\nx,B\n'), { quotes: 'strict' });
    expect(rows).toHaveLength(1);
    expect(rejections).toMatchObject([{ reason: 'quote', line: 2 }]);
  });

  it('keeps lines together in a quoted field', async () => {
    const { rows, notices } = await read(fileOf('title,category\n"two\nlines, quoted",A\n'));
    expect(rows).toEqual([{ id: 0, title: 'two\nlines, quoted', category: 'A' }]);
    expect(notices).toEqual([]);
  });

  it('takes another quote, or none, and leaves comments out', async () => {
    const path = fileOf('# it\'s a comment, "with a quote\ntitle,category\n\'a, b\',X\n# more\n"c",Y\n');
    const { rows } = await read(path, { quote: "'", comment: '#' });
    expect(rows.map(({ title }) => title)).toEqual(['a, b', '"c"']);
    const none = await read(fileOf('title\tcategory\n"open\tX\n'), { quote: '' });
    expect(none.rows).toEqual([{ id: 0, title: '"open', category: 'X' }]);
  });
});

const FRENCH = `titre;label;texte\n${Array.from({ length: 40 }, (_, i) => `t${i};${'AB'[i % 2]!};Élève à l'école numéro ${i}, où ça été très gênant\n`).join('')}`;
const RUSSIAN = `text,label\n${'Погода в городе будет хорошей,A\nНаша команда выиграла матч,B\n'.repeat(20)}`;

/** The letters of windows-1251 are Unicode's, moved. */
const windows1251 = (text: string): Buffer =>
  Buffer.from(
    Array.from(text, (letter) =>
      letter >= 'А' && letter <= 'я' ? letter.charCodeAt(0) - 0x410 + 0xc0 : letter.charCodeAt(0),
    ),
  );

describe('fetchHeadlines: encodings', () => {
  it.each([
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${RUSSIAN}`), 'utf-8'],
    ['UTF-16 little-endian with a mark', Buffer.from(`\uFEFF${RUSSIAN}`, 'utf16le'), 'utf-16le'],
    ['UTF-16 big-endian with a mark', Buffer.from(`\uFEFF${RUSSIAN}`, 'utf16le').swap16(), 'utf-16be'],
    ['UTF-16 little-endian without one', Buffer.from(RUSSIAN, 'utf16le'), 'utf-16le'],
    ['UTF-16 big-endian without one', Buffer.from(RUSSIAN, 'utf16le').swap16(), 'utf-16be'],
  ])('reads %s', async (_name, bytes, encoding) => {
    const { rows, layouts } = await read(fileOf(bytes));
    expect(layouts).toMatchObject([{ encoding }]);
    expect(rows).toHaveLength(40);
    expect(rows[1]).toEqual({ id: 1, title: 'Наша команда выиграла матч', category: 'B' });
  });

  it.each([
    ['French', Buffer.from(FRENCH, 'latin1'), 'windows-1252'],
    ['Russian', windows1251(RUSSIAN), 'windows-1251'],
  ])('names the likely encoding of %s, with which it is read', async (_name, bytes, encoding) => {
    const path = fileOf(bytes);
    const { code, message } = await read(path);
    expect(code).toBe('HW_USAGE');
    expect(message).toContain(`--encoding ${encoding}`);
    const { rows } = await read(path, {
      encoding,
      ...(encoding === 'windows-1252' ? { titleColumns: ['texte'] } : {}),
    });
    expect(rows).toHaveLength(40);
    expect(rows[0]?.title).toMatch(/^(Élève à|Погода)/);
  });

  it.each(['macintosh', 'cp850', 'ibm866', 'cp737', 'cp852', 'utf-32le'])('reads %s', async (encoding) => {
    const samples: Readonly<Record<string, readonly [string, string]>> = {
      ibm866: ['текст', 'матч закончился вничью, акции упали'],
      cp737: ['κείμενο', 'η κυβέρνηση ανακοίνωσε νέα μέτρα'],
      cp852: ['tekst', 'zażółć gęślą jaźń, również łódź'],
    };
    const [what, words] = samples[encoding] ?? ['texte', 'la fenêtre était fermée, für Führung'];
    const table = `${what},label\n${`"${words}",A\n`.repeat(40)}`;
    const path = fileOf(encode(table, encoding, { addBOM: true }));
    const asked = { titleColumns: ['1'], labelColumn: 'label' };
    const { message } = await read(path, asked);
    if (encoding !== 'utf-32le') expect(message).toContain(`give --encoding ${encoding},`);
    const { rows, layouts } = await read(path, { ...asked, ...(encoding === 'utf-32le' ? {} : { encoding }) });
    expect(layouts).toMatchObject([{ encoding, columns: [what, 'label'] }]);
    expect(rows).toHaveLength(40);
    expect(rows[39]?.title).toBe(words);
  });

  it('tells a likely encoding where it is met past the head', async () => {
    const rows = (count: number): string => 'Some plain text to read,A\nSome more of it,B\n'.repeat(count);
    const { notices, rejections } = await read(
      fileOf(Buffer.from(`text,label\n${rows(3000)}${'été à la plage,A\n'.repeat(30)}`, 'latin1')),
    );
    expect(rejections).toHaveLength(30);
    expect(notices).toMatchObject([{ type: 'encoding', records: 30, likely: 'windows-1252' }]);
  });

  it('takes the encoding that a server names, and not where the bytes are UTF-8', async () => {
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'text/csv; charset="windows-1251"');
      response.end(request.url === '/utf8' ? RUSSIAN : windows1251(RUSSIAN));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      for (const [path, encoding] of [
        ['/utf8', 'utf-8'],
        ['/old', 'windows-1251'],
      ] as const) {
        const { rows, layouts } = await read(`${origin}${path}`);
        expect(layouts).toMatchObject([{ encoding }]);
        expect(rows[1]?.title).toBe('Наша команда выиграла матч');
      }
    } finally {
      server.close();
    }
  });

  it('refuses an encoding that there is none of', () => {
    expect(() => fetchTable('t.csv', { encoding: 'klingon' })).toThrow(
      /no encoding "klingon".*iconv -f klingon -t UTF-8/,
    );
  });
});

describe('fetchTable: what is no table', () => {
  it.each([
    ['xz', Buffer.from('fd377a585a000004', 'hex'), /xz/],
    ['Zstandard', Buffer.from('28b52ffd2400', 'hex'), /Zstandard/],
    ['HTML', Buffer.from('\n<!DOCTYPE html><title>Log in</title>'), /page of HTML/],
    ['binary data', Buffer.from(Uint8Array.from({ length: 5000 }, (_, i) => (i * 167 + 13) % 251)), /binary data/],
    ['a damaged JSON array', Buffer.from('[{"text":"a","label":"b"},'), /JSON document that is damaged/],
    ['an ARFF file', Buffer.from('% news\n@relation news\n'), /ARFF/],
  ])('names %s, and what to do', async (_name, bytes, what) => {
    const { code, message } = await read(fileOf(bytes));
    expect(code).toBe('HW_USAGE');
    expect(message).toMatch(what);
  });

  it('says of a Parquet file that it is damaged', async () => {
    const { code, message } = await read(fileOf(Buffer.from(`PAR1${'x'.repeat(99)}PAR1`), 't.parquet'));
    expect(code).toBe('HW_ENCODING');
    expect(message).toMatch(/damaged, or was cut off/);
  });

  it('names plain text that is called .csv.gz', async () => {
    const { code, message } = await read(fileOf(delimited(','), 't.csv.gz'));
    expect(code).toBe('HW_USAGE');
    expect(message).toContain('plain text');
  });

  it.each([
    ['nothing', ''],
    ['blank lines', '\n\n'],
  ])('refuses %s', async (_name, table) => {
    expect(await read(fileOf(table))).toMatchObject({ code: 'HW_EMPTY' });
  });
});
