import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { zipOf } from '../../streams/zipOf.js';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY } from '../tiny.js';
import { commaTable, lines, type MadeRow, madeRows } from './madeRows.js';

const cwd = workFolder();
let trainings = 0;
/** A folder for each training: one that is cut off by its time must not hold up the others. */
const out = (): string => join(cwd, `model${++trainings}`);

const train = (data: readonly string[], ...options: readonly string[]) =>
  inProcess(['train', ...data.flatMap((name) => ['--data', name]), '--out', out(), ...TINY, ...options]);

const put = (name: string, content: string | Uint8Array): string => {
  const path = join(cwd, name);
  writeFileSync(path, content);
  return path;
};

const rows = madeRows(60);
const each = (form: (row: MadeRow, i: number) => string): string => rows.map((row, i) => `${form(row, i)}\n`).join('');
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16();

/** Each kind of table: its name, what it is, and options where it takes any. */
const KINDS: readonly (readonly [name: string, content: string | Uint8Array, ...options: string[]])[] = [
  ['comma.csv', commaTable('Text , LABEL', rows)],
  ['tab.tsv', lines('label\ttext') + each(([text, label]) => `${label}\t${text}`)],
  ['semicolon.csv', lines('\ufeff"Kommentar";"Kategorie"\r') + each(([text, label]) => `"${text}";"${label}"\r`)],
  ['bars.txt', lines('text|label') + each(([text, label]) => `${text}|${label}`)],
  ['sep.csv', lines('sep=;', 'text;label') + each(([text, label]) => `${text}, so;${label}`)],
  ['cr.csv', commaTable('text,label', rows).replaceAll('\n', '\r')],
  ['blank.csv', lines('', 'text,label', '') + each(([text, label]) => `${text},${label}\n`)],
  ['more.csv', lines(',id,text,label,,') + each(([text, label], i) => `${i},x${i},${text},${label},,`)],
  ['twice.csv', lines('text,label,text') + each(([text, label]) => `${text},${label},other`)],
  ['newline.csv', lines('text,label') + each(([text, label]) => `"${text}\nsecond ""line""",${label}`)],
  ['stray.csv', lines('text,label') + each(([text, label]) => `The 12" ${text},${label}`)],
  ['none.tsv', each(([text, label]) => `${label === 'Sports' ? 1 : 0}\t${text}`)],
  ['comment.csv', lines('text,label', '# a remark') + each(([text, label]) => `${text},${label}`), '--comment', '#'],
  ['asked.txt', each(([text, label]) => `'${text}'~${label}`), '--delimiter', '~', '--quote', "'", '--no-header'],
  [
    'columns.csv',
    lines('a,b,c') + each(([text, label]) => `${text},more,${label}`),
    '--title-column',
    'a,b',
    '--label-column',
    'c',
  ],
  ['lines.jsonl', each(([text, label], i) => JSON.stringify({ id: i, text, label, tags: [i] }))],
  ['lines.txt', each(([text, label]) => JSON.stringify({ headline: text, category: label }))],
  ['fasttext.txt', each(([text, label]) => `__label__${label} ${text}`)],
  ['packed.csv.gz', gzipSync(commaTable('text,label', rows))],
  ['packed.jsonl.gz', gzipSync(each(([text, label]) => JSON.stringify({ text, label })))],
  ['le.csv', utf16(commaTable('text,label', rows))],
  ['be.csv', swapped(utf16(commaTable('text,label', rows)))],
  ['bom.tsv', utf16(`\ufeff${lines('text\tlabel')}${each(([text, label]) => `${text}\t${label}`)}`)],
  [
    'latin.csv',
    Buffer.from(lines('text,label') + each(([text, label]) => `caf\u00e9 ${text},${label}`), 'latin1'),
    '--encoding',
    'windows-1252',
  ],
  ['html.csv', lines('review,sentiment') + each(([text, label]) => `"<br />${text} &amp; <b>more</b>",${label}`)],
  [
    'emoji.csv',
    lines('tweet,label') + each(([, label], i) => `${label === 'Sports' ? '\u{1f3c6}' : '\u{1f4b0}'} ${i},${label}`),
  ],
  ['russian.csv', lines('text,label') + each(([, label], i) => `\u043c\u0430\u0442\u0447 ${label} ${i},${label}`)],
  ['chinese.csv', lines('text,label') + each(([, label], i) => `\u6bd4\u8d5b${i}\u7ed3\u679c,${label}`)],
  ['arabic.csv', lines('text,label') + each(([, label], i) => `\u0645\u0628\u0627\u0631\u0627\u0629 ${i},${label}`)],
  [
    'thai.csv',
    lines('text,label') + each(([, label], i) => `\u0e01\u0e32\u0e23\u0e41\u0e02\u0e48\u0e07 ${i},${label}`),
  ],
];

describe('train', () => {
  it.each(KINDS.map(([name, content, ...options]) => [name, content, options] as const))(
    'reads all rows of %s',
    async (name, content, options) => {
      const { status, stderr, stdout } = await train([put(name, content)], ...options);
      expect(status, stderr).toBe(0);
      expect(stderr).not.toContain('rejected');
      // 42 of 60 are trained on, and 9 are tested.
      expect(stderr, name).toMatch(/: 4[0-4] rows, \d+ rows to validate on/);
      expect(stdout).toMatch(/ {3}\d+ rows\n/);
    },
  );

  it('reads several tables, patterns and stdin as one', async () => {
    mkdirSync(join(cwd, 'parts'));
    put('parts/a.csv', commaTable('text,label', rows.slice(0, 20)));
    put(
      'parts/b.csv',
      commaTable('label,text', []) +
        rows
          .slice(20, 40)
          .map(([text, label]) => `${label},${text}\n`)
          .join(''),
    );
    const third = put('third.jsonl', lines(...rows.slice(40).map(([text, label]) => JSON.stringify({ text, label }))));
    const together = await train([join(cwd, 'parts/*.csv'), third]);
    expect(together.status, together.stderr).toBe(0);
    expect(together.stderr).toContain(': 42 rows, 9 rows to validate on');
    // As a shell gives a pattern without quotes.
    const files = ['parts/a.csv', 'parts/b.csv', 'third.jsonl'].map((name) => join(cwd, name));
    const named = await inProcess(['train', '--data', ...files, '--out', out(), ...TINY]);
    expect(named.stderr).toContain(': 42 rows, 9 rows to validate on');
    const piped = await inProcess(['train', '--data', '-', '--out', out(), ...TINY], commaTable('text,label', rows));
    expect(piped.status, piped.stderr).toBe(0);
    expect(piped.stderr).toContain(': 42 rows, 9 rows to validate on');
  });

  it.each<readonly [name: string, content: string | Uint8Array, message: RegExp]>([
    ['t.zip', zipOf({ 'a.csv': 'text,label\n', 'b.csv': 'text,label\n' }), /is a zip archive of several files/],
    ['t.xz', Buffer.from('fd377a585a000004', 'hex'), /is compressed by xz/],
    ['t.zst', Buffer.from('28b52ffd0000', 'hex'), /is compressed by Zstandard/],
    ['t.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /an old workbook of Excel/],
    ['t.csv.gz', commaTable('text,label', rows), /named as a gzip file, but it is none/],
    ['t.html', '<!DOCTYPE html><p>', /is a page of HTML/],
    ['t.json', '{"train":[["a","b"],["c","d"]],"test":[["a","b"]]}', /has several tables: "train", "test"/],
    ['cut.json', '[{"text":"a","label":"b"},', /a JSON document that is damaged/],
    ['t.arff', '@relation news\n@attribute text string\n', /an ARFF file without a line @data/],
    [
      't.csv',
      Buffer.from(`text,label\n${'caf\u00e9,a\n'.repeat(9)}`, 'latin1'),
      /is not UTF-8. It is most likely .* --encoding/,
    ],
  ])('says what %s is, with exit status 2', async (name, content, message) => {
    const { status, stderr } = await train([put(name, content)]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('names the line of the first title without a word', async () => {
    const table =
      lines('text,label') + each(([text, label], i) => (i === 3 ? `"${text}\n",${label}` : `${text},${label}`));
    const few = await train([put('few.csv', `${table}\u200b \u200b,World\n`)], '--no-punctuation');
    expect(few.status, few.stderr).toBe(0);
    expect(few.stderr).toContain('1 of 61 titles have no word left, the first in line 63: ');
    const many = lines('text,label') + each(([text, label], i) => `${i % 2 === 1 ? '...' : text},${label}`);
    const refused = await train([put('many.csv', many)], '--no-punctuation');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('30 of 60 titles have no word left, the first in line 3: "..."');
  });

  it('tells the first rejected row, its line and its reason', async () => {
    const table = lines('text,label') + each(([text, label], i) => `${i % 4 === 2 ? '' : text},${label}`);
    const { status, stderr } = await train([put('empty.csv', table)]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/15 of 60 rows .* The first: .*empty\.csv:4: field "text": expected a non-blank text/);
    expect(stderr).toContain('--max-rejections');
  });

  it('keeps the number of a row right below a line that is no header', async () => {
    const file = join(cwd, 'rejected.jsonl');
    const table = lines('sep=;', 'text;label', ';World') + each(([text, label]) => `${text};${label}`);
    await train([put('below.csv', table)], '--rejections', file);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ line: 3 });
  });
});
