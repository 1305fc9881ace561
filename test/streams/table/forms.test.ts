import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { HeadwaterError } from '../../../src/contracts/HeadwaterError.js';
import { fetchHeadlines, type FetchHeadlinesOptions } from '../../../src/streams/fetchHeadlines.js';
import { fetchTable } from '../../../src/streams/fetchTable.js';
import type { TableLayout } from '../../../src/streams/table/TableLayout.js';
import { oddDelimiters } from '../../../src/streams/table/internal/oddDelimiters.js';
import type { TableNotice } from '../../../src/streams/table/TableOptions.js';
import { lines, madeRows } from '../../cli/tables/madeRows.js';
import { collect } from '../collect.js';
import { fileOf, scratch } from '../scratch.js';
import { zipOf } from '../zipOf.js';

const ROWS = madeRows(60);
/** As other rows, with delimiters, quotes and line breaks in the texts. */
const HARD = ROWS.map(([text, label], i) => [`${text}, "${i}"${i % 9 === 0 ? '\nagain' : ''}`, label] as const);
const CLASSES = [...new Set(ROWS.map(([, label]) => label))].toSorted();

const each = (form: (text: string, label: string, i: number) => string, rows = ROWS): string =>
  lines(...rows.map(([text, label], i) => form(text, label, i)));
const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
const records = HARD.map(([text, label]) => ({ text, label }));
const column = (key: 'text' | 'label') => Object.fromEntries(records.map((row, i) => [i, row[key]]));

const read = async (source: string, options: FetchHeadlinesOptions = {}) => {
  const notices: TableNotice[] = [];
  let layout: TableLayout | undefined;
  const { values, error } = await collect(
    fetchHeadlines(source, {
      onLayout: (found) => (layout = found),
      onNotice: (notice) => void notices.push(notice),
      ...options,
    }),
  );
  return { rows: values, error, layout, notices };
};

const chat = (role: string, content: string) => ({ role, content });

/** The examples of each class, each in two parts. */
const byClass = <T>(form: (examples: readonly object[]) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(
    CLASSES.map((name) => [
      name,
      form(
        ROWS.filter(([, label]) => label === name).map(([t]) => ({
          data: [{ text: t.slice(0, 3) }, { text: t.slice(3), entity: 'x' }],
        })),
      ),
    ]),
  );

/** The texts of each class, class by class. */
const rasa = (form: (name: string, texts: readonly string[]) => string): string =>
  CLASSES.map((name) =>
    form(
      name,
      ROWS.filter(([, label]) => label === name).map(([t]) => t),
    ),
  ).join('');

/** Each form: what it is, the table, and the ending of its name. */
const FORMS: readonly (readonly [what: string, content: string | Uint8Array, ending?: string])[] = [
  ['an array of objects', JSON.stringify(records), 'json'],
  ['an array of objects over several lines', JSON.stringify(records, null, 2), 'json'],
  ['an array of pairs', JSON.stringify(HARD), 'json'],
  ['objects over several lines', records.map((row) => JSON.stringify(row, null, 2)).join('\n'), 'json'],
  ['a line for each array', each((text, label) => JSON.stringify([text, label])), 'jsonl'],
  ['columns by the numbers of rows', JSON.stringify({ text: column('text'), label: column('label') }), 'json'],
  ['columns as lists', JSON.stringify({ text: HARD.map(([t]) => t), label: HARD.map(([, l]) => l) }), 'json'],
  ['rows by their names', JSON.stringify(Object.fromEntries(records.map((row, i) => [`r${i}`, row]))), 'json'],
  [
    'rows by their ids within an object, some without a field',
    JSON.stringify({
      user: { name: 'a' },
      articles: Object.fromEntries(records.map((row, i) => [`-N${i}`, i % 3 === 0 ? row : { ...row, note: 'x' }])),
    }),
    'json',
  ],
  [
    'a bulk request',
    records.map((row, i) => `${JSON.stringify({ index: { _id: i } })}\n${JSON.stringify(row)}\n`).join(''),
    'ndjson',
  ],
  ['names, index and data', JSON.stringify({ columns: ['text', 'label'], index: [0], data: HARD }), 'json'],
  ['rows within an object', JSON.stringify({ version: 1, data: records }, null, 1), 'json'],
  ['rows within objects', JSON.stringify({ nlu: { rows: records, none: [] } }), 'json'],
  [
    'rows with their numbers beside them',
    JSON.stringify({ rows: records.map((row, i) => ({ row_idx: i, row })) }),
    'json',
  ],
  [
    'intents with their examples',
    JSON.stringify({
      intents: CLASSES.map((tag) => ({
        tag,
        patterns: records.filter(({ label }) => label === tag).map(({ text }) => text),
        responses: ['yes'],
      })),
    }),
    'json',
  ],
  [
    'texts by their classes',
    JSON.stringify(
      Object.fromEntries(CLASSES.map((name, i) => [name, ROWS.filter(([, l]) => l === name).map(([t]) => `${t}${i}`)])),
    ),
    'json',
  ],
  ['a line before the header', lines('Exported on 2020-01-01', 'text,label') + each((t, l) => `${t},${l}`)],
  ['remarks before the header', lines('# by us', '# one, two', '', 'text,label') + each((t, l) => `${t},${l}`)],
  ['lines as wide before the header', lines('Report;;', ';;', 'no;text;label') + each((t, l, i) => `${i};${t};${l}`)],
  ['a line before names that are not known', lines('Report', 'a,b') + each((t, l) => `${t},${l}`)],
  ['the delimiter in quotes', lines('"sep=;"', 'text;label') + each((t, l) => `${t};${l}`)],
  [
    'the delimiter in UTF-16',
    Buffer.from(`\ufeff${lines('sep=;', 'text;label')}${each((t, l) => `${t};${l}`)}`, 'utf16le'),
  ],
  ['records of delimiters alone', lines('text,label') + each((t, l) => `${t},${l}`) + ',\n'.repeat(50)],
  ['a delimiter at the end of each record', lines('text,label') + each((t, l) => `${t},${l},`)],
  ['delimiters at the end of some records', lines('text,label') + each((t, l, i) => `${t},${l}${i % 9 ? '' : ',,'}`)],
  ['records without a last field', lines('text,label,more') + each((t, l, i) => `${t},${l}${i % 9 ? ',x' : ''}`)],
  ['names of rows without a header', lines('"text"\t"label"') + each((t, l, i) => `"${i}"\t${quoted(t)}\t"${l}"`)],
  ['fields parted by blanks', lines('"text" "label"') + each((t, l, i) => `"${i}" ${quoted(t)} "${l}"`)],
  ['commas in texts without quotes', lines('label,text') + each((t, l, i) => `${l},${t}${i % 4 ? '' : ', and, so'}`)],
  ['the same in a first column', lines('text,label') + each((t, l, i) => `${i % 4 ? '' : 'well, '}${t},${l}`)],
  ['blanks before quotes', lines('label, text') + each((t, l) => `${l}, ${quoted(`${t}, too`)}`)],
  ['blanks around quotes', lines('"text" , "label" ') + each((t, l) => `${quoted(t)} , ${quoted(l)} `, HARD)],
  ['apostrophes as quotes', each((t, l, i) => (i % 2 ? `${l};'${t}; "so"'` : `${l};${t}`))],
  ['the header again', lines('text,label') + each((t, l, i) => `${i % 20 ? '' : 'text,label\n'}${t},${l}`)],
  [
    'a class, then a text',
    each((t, l, i) => `${l}:${i % 2} ${t}${i % 2 ? ', or "so"' : ''}`).replaceAll(/^(\w+):\d/gm, '$1'),
    'txt',
  ],
  ['a class with a colon, then a text', each((t, l) => `${l}: ${t}`), 'label'],
  ['fastText with commas', each((t, l) => `__label__${l},${t}`)],
  [
    'UTF-16 of Chinese',
    Buffer.from(lines('text,label') + each((t, l) => `\u6bd4\u8d5b\u7ed3\u679c\u3002${t},${l}`), 'utf16le'),
  ],
  [
    'UTF-16 of Thai',
    Buffer.from(lines('text,label') + each((t, l) => `${'\u0e04\u0e27\u0e32\u0e21'.repeat(99)}${t},${l}`), 'utf16le'),
  ],
  [
    'bars in threes, and one in some texts',
    lines('text ||| label') + each((t, l, i) => `${t}${i % 9 ? '' : ' | so'} ||| ${l}`),
  ],
  [
    'colons in threes without a header',
    each((t, l, i) => `${i} ::: ${t}: so${i % 4 ? '' : ', and, so'} ::: ${l} ::: x`),
    'txt',
  ],
  [
    'symbols between fields',
    each((t, l, i) => `${900 + i}_!_${l}_!_${t}${i % 4 ? '' : ', and, so'}!_!_${i % 3 ? `word${i},other` : ''}`),
    'txt',
  ],
  ['an at sign, and commas in texts', each((t, l, i) => `${t}${i % 4 ? ', so' : ', and, so'}.@${l}`), 'txt'],
  ['a sign between known names', lines('id#label#text') + each((t, l, i) => `${i}#${l}#${t}, so`)],
  [
    'a broken bar, also in texts',
    lines('text\u00a6label') + each((t, l, i) => `${i % 2 ? t : quoted(`${t} \u00a6 "so"`)}\u00a6${l}`),
  ],
  ['two tabs', lines('text\t\tlabel') + each((t, l) => `${t}\t\t${l}`), 'tsv'],
  [
    'the header of Weka',
    lines('% made', "@RELATION 'a b'", '@attribute "the text" string', '@attribute kind {a, b}', '@data', '% rows') +
      each((t, l) => `'${t}, it\\'s 5 \\% "so"', "${l}"`),
    'arff',
  ],
  [
    "Orange's header",
    lines('topic\tTitle\tbody\tlang', 'discrete\tstring\tstring\td', 'class\t\tinclude=True\tmeta') +
      each((t, l, i) => `${l}\tx${i % 7}\t${t}\ten`),
    'tab',
  ],
  [
    "Orange's header with short words",
    lines('topic\tTitle\tbody\tlang', 'd\ts\ts\td', 'c\ti\tm include=True\tm') +
      each((t, l, i) => `${l}\tx${i % 7}\t${t}\ten`),
    'tab',
  ],
  ['question marks at the end of each text', each((t, l) => `${l} ${t} ??`), 'txt'],
  ['a column without a name', lines('text,,label') + each((t, l, i) => `${t},${i === 50 ? 'x' : ''},${l}`)],
  ['many comments before the header', lines('<!-- -->'.repeat(60), 'text,label') + each((t, l) => `${t},${l}`)],
  ['NUL characters at the end of texts', lines('text,label') + each((t, l) => `${t}\0,${l}`)],
  ['tildes', lines('text~label') + each((t, l) => `${t}~${l}`)],
  ['a constant column of a known name', lines('type,text,stars') + each((t, l) => `tweet,${t},${l}`)],
  ['an empty column of a known name', lines('title,text,label') + each((t, l) => `,${t},${l}`)],
  [
    'a text column that is mostly empty, beside one of another name',
    lines('name,text,group') + each((t, l, i) => `${t},${i % 9 ? '' : ':-)'},${l}`),
  ],
  ['names with capitals', lines('No,Review Text,Email Type') + each((t, l, i) => `${i},${t},${l}`)],
  ['names in German', lines('Nr;Kommentar;Kategorie') + each((t, l, i) => `${i};${t};${l}`)],
  ['names in French', lines('no;texte;Cat\u00e9gorie') + each((t, l, i) => `${i};${t};${l}`)],
  ['names in Chinese', lines('\u5e8f\u53f7,\u6587\u672c,\u7c7b\u522b') + each((t, l, i) => `${i},${t},${l}`)],
  [
    'names in Russian',
    lines('id;\u0422\u0435\u043a\u0441\u0442;\u041c\u0435\u0442\u043a\u0430') + each((t, l, i) => `${i};${t};${l}`),
  ],
  [
    'dates and numbers beside them',
    each((t, l, i) => `${l},${i + 900},2020-01-0${1 + (i % 9)} 10:00:00,user${i},${t}`),
  ],
  ['a rule below the header', lines('| text | label |', '|------|:-----:|') + each((t, l) => `| ${t} | ${l} |`), 'md'],
  ['texts and classes as lists of other names', JSON.stringify({ x: ROWS.map(([t]) => t), z: ROWS.map(([, l]) => l) })],
  ['a class for each text', JSON.stringify(Object.fromEntries(ROWS)), 'json'],
  [
    'numbers that JSON does not have',
    each((t, l) => `{"text": "${t}", "at": NaN, "more": -Infinity, "label": "${l}"}`),
  ],
  [
    'the rows and features of a server of Hugging Face',
    JSON.stringify({
      features: [{ feature_idx: 0, name: 'label', type: { names: CLASSES, _type: 'ClassLabel' } }],
      rows: ROWS.map(([text, l], i) => ({ row_idx: i, row: { text, label: CLASSES.indexOf(l) }, truncated_cells: [] })),
    }),
    'json',
  ],
  [
    'an annotation of each text',
    JSON.stringify(
      ROWS.map(([text, l], i) => ({
        id: i,
        data: { text },
        notes: [{ by: 1, result: [{ value: { choices: [l] } }] }],
      })),
    ),
    'json',
  ],
  ['texts in parts', each((t, l) => JSON.stringify({ body: [{ text: `${t} ` }, { text: 'so', is: 1 }], label: l }))],
  ['a class, then a text with a word of #', each((t, l) => `${l} what a #good ${t}`), 'txt'],
  ['a class, then a text with a word of @', each((t, l) => `${l}: @them ${t}`), 'txt'],
  [
    'a remark behind @data',
    lines('@relation a', '@attribute text string', '@attribute class {a}', '@data % rows') +
      each((t, l) => `'${t}',${l}`),
    'arff',
  ],
  [
    'names that end with known ones',
    lines('day,headline_words,newsCategory') + each((t, l, i) => `2020010${i % 9},${t},${l}`),
  ],
  [
    'a column of the sides of a split',
    lines('text,fold,kind') + each((t, l, i) => `${t},${i % 4 === 0 ? 'test' : 'train'},${l}`),
  ],
  [
    'messages of a chat',
    each((t, l) => JSON.stringify({ messages: [chat('system', 'Classify.'), chat('user', t), chat('assistant', l)] })),
    'jsonl',
  ],
  [
    'conversations',
    JSON.stringify(
      ROWS.map(([t, l], id) => ({
        id,
        conversations: [
          { from: 'human', value: t },
          { from: 'gpt', value: l },
        ],
      })),
    ),
    'json',
  ],
  [
    'labels as objects in an array',
    JSON.stringify(
      ROWS.map(([title, name], id) => ({ id, title, labels: [{ id: 7, name, color: 'f00' }], state: 'open' })),
    ),
    'json',
  ],
  [
    'nodes deep within an answer',
    JSON.stringify({
      data: { repository: { issues: { nodes: ROWS.map(([title, name]) => ({ title, category: { name } })) } } },
    }),
    'json',
  ],
  [
    'intents by name',
    JSON.stringify({ language: 'en', entities: {}, intents: byClass((parts) => ({ utterances: parts })) }),
    'json',
  ],
  ['lists of utterances by class', JSON.stringify(byClass((parts) => parts)), 'json'],
  [
    'intents with training phrases',
    JSON.stringify({
      intents: Object.entries(byClass((parts) => ({ trainingPhrases: parts }))).map(([displayName, one]) => ({
        displayName,
        ...one,
      })),
    }),
    'json',
  ],
  [
    'columns that are described',
    JSON.stringify({
      meta: { view: { columns: ['sid', 'Description', 'Category'].map((name) => ({ name })) } },
      data: ROWS.map(([t, l], i) => [`row-${i}`, t, l]),
    }),
    'json',
  ],
  [
    'examples of Rasa in YAML',
    lines('version: "3.1"', 'nlu:', '- synonym: NYC', '  examples: |', '    - New York') +
      rasa((name, texts) =>
        lines(`- intent: ${name}`, '  examples: |', ...texts.map((t) => `    - ${t} [in town](place)`)),
      ) +
      lines('stories:', '- story: a', '  steps:', '  - intent: greet', '  - action: utter_greet'),
    'yml',
  ],
  [
    'examples of Rasa in Markdown',
    rasa((name, texts) => lines(`## intent:${name}`, ...texts.map((t) => `- ${t}`), '')) + lines('## synonym:x', '- y'),
    'md',
  ],
  ['labels of fastText at the end of lines', each((t, l) => `${t} __label__${l}`), 'txt'],
  [
    'a survey with three header lines',
    lines(
      'Status,Q1,Q2',
      'Response Type,What happened?,Which area?',
      '"{""ImportId"":""status""}","{""ImportId"":""a""}","{""ImportId"":""b""}"',
    ) + each((t, l) => `IP Address,${t},${l}`),
  ],
  [
    'a survey with the kinds of answers',
    lines('Respondent ID,Tell us more,Which area?', ',Open-Ended Response,Response') +
      each((t, l, i) => `${i},${t},${l}`),
  ],
  ['a known name as a value', each((t, l, i) => `${i}.json\t${l}\t${t}\ttopic\t${i % 40}`)],
];

describe('fetchHeadlines finds the form of a table with', () => {
  it.each(FORMS.map(([what, content, ending = 'csv']) => [what, content, ending] as const))(
    '%s',
    async (_what, content, ending) => {
      const { rows, error } = await read(fileOf(content, `t.${ending}`));
      expect(error).toBeUndefined();
      expect(rows).toHaveLength(60);
      expect([...new Set(rows.map(({ category }) => category))].toSorted()).toEqual(CLASSES);
      expect(new Set(rows.map(({ title }) => title)).size).toBe(60);
      for (const [i, { title }] of rows.entries()) expect(title, `row ${i}`).toMatch(/goal|talks|shares/);
    },
  );

  it.each([
    ['authors', [{ name: 'A B' }, { name: 'C D' }]],
    ['entities', { a: { start: 0, end: 2 }, b: { start: 3, end: 4 } }],
    ['comments', [{ text: 'so' }, { text: 'and so' }]],
  ])('one record with several %s in it', async (name, parts) => {
    const record = { title: 'late goal', label: 'Sports', [name]: parts };
    for (const [text, ending] of [
      [JSON.stringify(record), 'jsonl'],
      [JSON.stringify(record, null, 1), 'json'],
    ] as const)
      expect((await read(fileOf(text, `t.${ending}`))).rows).toEqual([
        { id: 0, title: 'late goal', category: 'Sports' },
      ]);
  });

  it('a padded table, and a record with a stray quote and empty fields at its end', async () => {
    const table =
      lines('label , text') + each((t, l, i) => `"${l}" , ${i === 7 ? '12" ' : ''}${t}${i === 7 ? ' ,, ' : ''}`);
    const { rows } = await read(fileOf(table));
    expect(rows[7]).toMatchObject({ title: `12" ${ROWS[7]![0]}`, category: ROWS[7]![1] });
  });

  it('a given delimiter, and lines before the header', async () => {
    const table = lines('made, here', 'and, there', 'a;b') + each((t, l) => `${t}, so;${l}`);
    const { rows, layout } = await read(fileOf(table), { delimiter: ';' });
    expect(rows).toHaveLength(60);
    expect(layout).toMatchObject({ skippedLines: 2, titleColumns: ['a'], labelColumn: 'b' });
  });

  it('a zip archive with one table in it', async () => {
    const table = lines('text,label') + each((t, l) => `${t},${l}`);
    const files = { 'data/train.csv': table, 'README.txt': 'by us', '__MACOSX/._train.csv': 'x' };
    expect((await read(fileOf(zipOf(files), 't.zip'))).rows).toHaveLength(60);
    const path = fileOf(zipOf({ ...files, 'test.csv': lines('text,label', 'late,x') }), 't.zip');
    expect(String((await read(path)).error)).toMatch(
      /t\.zip is a zip archive of several files: "data\/train\.csv", "test\.csv"\. .*--data \S+\/t\.zip\/data\/train\.csv/,
    );
    expect((await read(`${path}/data/train.csv`)).rows).toHaveLength(60);
    expect((await read(`${path}/test.csv`)).rows).toEqual([{ id: 0, title: 'late', category: 'x' }]);
    expect(String((await read(`${path}/other.csv`)).error)).toMatch(/without "other\.csv"\. It has "data\/train\.csv"/);
    const packed = zipOf({ 'train.csv.gz': gzipSync(table) });
    expect((await read(fileOf(packed, 't.zip'))).rows).toHaveLength(60);
    expect(String((await read(fileOf(zipOf({ LICENSE: 'free' }), 't.zip'))).error)).toMatch(/without a table/);
    const damaged = zipOf(files);
    damaged[60]! ^= 0xff;
    expect((await read(fileOf(damaged, 't.zip'))).error).toMatchObject({ code: 'HW_ENCODING' });
    for (const [name, what] of [
      ['xl/workbook.xml', /workbook of Excel/],
      ['word/document.xml', /document of Word/],
      ['content.xml', /OpenDocument/],
      ['x.npy', /NumPy/],
    ] as const) {
      const document = fileOf(zipOf({ '[Content_Types].xml': '<x/>', [name]: 'x', 'other.txt': 'x' }), 't.xlsx');
      expect(String((await read(document)).error)).toMatch(what);
    }
  });

  it('folders of texts, each folder a class', async () => {
    const folder = join(scratch(), 'reviews');
    for (const [i, [text, label]] of ROWS.entries()) {
      mkdirSync(join(folder, label), { recursive: true });
      writeFileSync(join(folder, label, `${i}.txt`), `${text}\nand "more"`);
    }
    const { rows, layout } = await read(folder);
    expect(rows).toHaveLength(60);
    expect(rows[0]).toMatchObject({ category: 'Business', title: expect.stringContaining('and "more"') as string });
    expect(layout).toMatchObject({ format: 'folder', labelColumn: 'label', titleColumns: ['text'] });
    writeFileSync(join(folder, 'World', 'latin'), Buffer.from('caf\u00e9', 'latin1'));
    expect((await read(folder)).error).toMatchObject({ code: 'HW_USAGE' });
    expect((await read(folder, { encoding: 'latin1' })).rows).toHaveLength(61);
    const empty = (await read(join(folder, 'World'))).error;
    expect(empty).toBeInstanceOf(HeadwaterError);
    expect(String(empty)).toMatch(/without folders of texts in it.*\*\.csv/);
  });

  it('folders of links to texts, and of folders of texts', async () => {
    const stored = join(scratch(), 'stored');
    const folder = join(scratch(), 'linked');
    mkdirSync(join(stored, 'deep', 'er'), { recursive: true });
    mkdirSync(folder);
    writeFileSync(join(stored, 'deep', 'er', 'b.txt'), 'second');
    writeFileSync(join(stored, 'a.txt'), 'first');
    symlinkSync(stored, join(folder, 'pos'));
    mkdirSync(join(folder, 'neg'));
    symlinkSync(join(stored, 'a.txt'), join(folder, 'neg', 'a.txt'));
    const texts = async () => (await read(folder)).rows.map(({ title, category }) => [category, title]);
    expect(await texts()).toEqual([
      ['neg', 'first'],
      ['pos', 'first'],
      ['pos', 'second'],
    ]);
    // One folder more around the texts of each class.
    const wrapped = join(scratch(), 'wrapped');
    for (const label of ['neg', 'pos']) {
      mkdirSync(join(wrapped, label, 'texts'), { recursive: true });
      writeFileSync(join(wrapped, label, 'texts', '1.txt'), label);
    }
    expect((await read(wrapped)).rows.map(({ category }) => category)).toEqual(['neg', 'pos']);
    // One folder more around all classes.
    for (const label of ['neg', 'pos']) {
      mkdirSync(join(wrapped, label, 'more'));
      writeFileSync(join(wrapped, label, 'more', '1.txt'), label);
    }
    expect(String((await read(wrapped)).error)).toContain(`such as ${join(wrapped, 'neg')}`);
    symlinkSync(folder, join(stored, 'back'));
    expect(String((await read(folder)).error)).toMatch(/nested too deep, or a link leads back/);
    rmSync(join(stored, 'back'));
    rmSync(join(stored, 'a.txt'));
    expect(String((await read(folder)).error)).toContain(`${join('neg', 'a.txt')} is a link to a file that cannot be`);
  });

  it('the same records where no class is asked for, as in earlier tables', async () => {
    const usualColumns = { titleColumns: ['text'], labelColumn: 'label' };
    const table =
      lines('text,label') + each((t, l, i) => `${i % 4 ? '' : 'well, '}${t},${l}${i === 20 ? '\ntext,label' : ''}`);
    const { values } = await collect(fetchTable(fileOf(table), { labelColumn: null, usualColumns }));
    expect(values.map(({ fields }) => fields['label'])).toEqual(ROWS.map(([, label]) => label));
    expect(values[0]?.fields['text']).toBe(`well, ${ROWS[0]![0]}`);
  });

  it('an agent of Dialogflow, and its intents', async () => {
    const folder = join(scratch(), 'agent');
    mkdirSync(join(folder, 'intents'), { recursive: true });
    writeFileSync(join(folder, 'agent.json'), '{"language":"en"}');
    const says = JSON.stringify([
      { data: [{ text: 'late ' }, { text: 'goal', alias: 'x' }] },
      { data: [{ text: 'win' }] },
    ]);
    for (const name of ['cup', 'war']) {
      writeFileSync(join(folder, 'intents', `${name}.json`), `{"name":"${name}"}`);
      writeFileSync(join(folder, 'intents', `${name}_usersays_en.json`), says);
    }
    for (const path of [folder, join(folder, 'intents')]) {
      const { rows } = await read(path);
      expect(rows.map(({ title, category }) => [title, category])).toEqual([
        ['late goal', 'cup'],
        ['win', 'cup'],
        ['late goal', 'war'],
        ['win', 'war'],
      ]);
    }
  });

  it('folders of sides and files in parallel, with a sentence that says how to give them', async () => {
    const folder = join(scratch(), 'sides');
    for (const side of ['train', 'test']) {
      mkdirSync(join(folder, side, 'pos'), { recursive: true });
      writeFileSync(join(folder, side, 'urls.txt'), 'x\n');
    }
    const sides = await read(folder);
    expect(String(sides.error)).toContain(`--data ${join(folder, 'train')} --test-data ${join(folder, 'test')}`);
    const copy = join(scratch(), 'copy');
    mkdirSync(join(copy, 'data'), { recursive: true });
    writeFileSync(join(copy, 'data', 'train-0.parquet'), 'PAR1');
    expect(String((await read(copy)).error)).toContain(`--data ${join(copy, 'data', 'train-0.parquet')}`);
    const images = join(scratch(), 'images');
    mkdirSync(join(images, 'cats'), { recursive: true });
    writeFileSync(join(images, 'cats', '1.png'), Buffer.from('89504e470d0a1a0a', 'hex'));
    expect(String((await read(images)).error)).toMatch(/1\.png is an image \(PNG\), and no text/);
    const parallel = join(scratch(), 'parallel');
    mkdirSync(parallel);
    for (const file of ['label', 'seq.in', 'seq.out']) writeFileSync(join(parallel, file), 'a\nb\n');
    const { error } = await read(parallel);
    expect(String(error)).toContain(`paste ${join(parallel, 'label')} ${join(parallel, 'seq.in')} > `);
  });

  it('files of texts whose names say their classes', async () => {
    const of = async (files: Readonly<Record<string, string>>) => {
      const folder = join(scratch(), 'texts');
      mkdirSync(folder);
      for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
      const { rows, error } = await read(folder);
      return { rows: rows.map(({ title, category }) => [category, title]), error: String(error) };
    };
    const two = [
      ['neg', 'bad'],
      ['neg', 'worse'],
      ['pos', 'good'],
      ['pos', 'better'],
    ];
    const readme = { 'README.txt': 'by us' };
    expect((await of({ 'pos.txt': 'good\r\nbetter', 'neg.txt': 'bad\n\nworse\n', ...readme })).rows).toEqual(two);
    expect((await of({ 'rt.pos': 'good\nbetter', 'rt.neg': 'bad\nworse' })).rows).toEqual(two);
    const numbered = { pos_1: 'good\nso', pos_2: 'better', pos_3: '', neg_1: 'bad', neg_2: 'a', neg_3: 'b' };
    const named = Object.fromEntries(Object.entries(numbered).map(([name, text]) => [`${name}.txt`, text]));
    expect((await of(named)).rows.at(3)).toEqual(['pos', 'good\nso']);
    expect((await of({ 'train.csv': 'a', 'test.csv': 'b' })).error).toMatch(
      /pattern such as \S+\*\.csv, or one of them: --data \S+train\.csv --test-data \S+test\.csv\./,
    );
    expect((await of({ '1.txt': 'a', '2.txt': 'b' })).error).toMatch(/the names of its files say no classes/);
  });

  it('classes by numbers, whose names Hugging Face has put beside them', async () => {
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'text', data: ROWS.map(([text]) => text), type: 'STRING' },
        { name: 'label', data: ROWS.map(([, label]) => CLASSES.indexOf(label)), type: 'INT32' },
      ],
      kvMetadata: [
        {
          key: 'huggingface',
          value: JSON.stringify({ info: { features: { label: { names: CLASSES, _type: 'ClassLabel' } } } }),
        },
      ],
    });
    const { rows } = await read(fileOf(new Uint8Array(bytes), 't.parquet'));
    expect(rows.map(({ category }) => category)).toEqual(ROWS.map(([, label]) => label));
  });
});

describe('fetchHeadlines tells', () => {
  it('how many lines it left out, and of what rows it read more than their columns', async () => {
    const table = lines('Report', 'text,label') + each((t, l, i) => `${i < 5 ? 'well, ' : ''}${t},${l}`);
    const { rows, layout, notices } = await read(fileOf(table));
    expect(layout).toMatchObject({ skippedLines: 1, delimiter: ',' });
    expect(notices).toMatchObject([{ type: 'wide', records: 5, firstLine: 3 }]);
    expect(rows[0]?.title).toBe(`well, ${ROWS[0]![0]}`);
  });

  it('rows that repeat the header', async () => {
    const table = lines('text,label') + each((t, l, i) => `${t},${l}${i === 20 ? '\ntext,label' : ''}`);
    expect((await read(fileOf(table))).notices).toMatchObject([{ type: 'header', records: 1, firstLine: 23 }]);
  });
});

describe('fetchHeadlines rejects', () => {
  it.each([
    ['a class that the first rows do not have', 'well, so,Sports,Unheard', 'ragged'],
    ['a line that is cut off', 'late goal wins', 'ragged'],
  ])('%s', async (_what, line, reason) => {
    const reasons: string[] = [];
    const { rows } = await read(fileOf(lines('text,label') + each((t, l) => `${t},${l}`) + lines(line)), {
      rejections: { next: (rejection) => void reasons.push(rejection.reason) },
    });
    expect(rows).toHaveLength(60);
    expect(reasons).toEqual([reason]);
  });

  it.each([
    ['objects of Python', each((t, l) => `{'text': '${t}', 'label': '${l}'}`), /Line 1: expected one JSON object/],
    [
      'records of ARFF that are too wide',
      lines('@relation a', '@attribute text string', '@attribute class {a}', '@data') + each((t, l) => `'${t}',${l},1`),
      /Line 5: expected 2 values with commas .*,1"/,
    ],
    ['a header of ARFF alone', lines('@relation a', '@attribute text string', '@data'), /has no records/],
    ['a dump of SQL', `-- by us\n${each((t, l) => `INSERT INTO rows VALUES ('${t}', '${l}');`)}`, /is a dump of SQL/],
    ['words with tags', each((t) => `${t.replaceAll(' ', ' NN O\n')} NN B-X\n`), /words with tags \(CoNLL\)/],
    ['features of libsvm', each((_t, _l, i) => `${i % 2} 1:0.5 ${i + 2}:1`), /numbers \(libsvm\) without texts/],
    ['a mailbox', each((t) => `From a@b.org Mon Jan 1\nFrom: a@b.org\nSubject: ${t}\n\nHello\n`), /a mailbox/],
    ['references', each((t, l) => `TY  - JOUR\nTI  - ${t}\nKW  - ${l}\nER  - \n`), /a list of references/],
    ['YAML', each((t, l) => `- text: ${t}\n  label: ${l}`), /is YAML, and no table/],
    ['XML', `<texts>${each((t, l) => `<text class="${l}">${t}</text>`)}</texts>`, /an XML document/],
    ['a pickle', each((t) => `(lp0\n(dp1\nV${t}`), /a pickle of Python/],
    ['an answer that refuses', '404: Not Found', /refuses the file/],
    ['annotations of brat', each((t, _l, i) => `T${i}\tOrg 0 4\t${t}`), /annotations \(brat\)/],
    ['a list of Python', `[${each((t, l) => `('${t}', '${l}'),`)}]`, /is a list of Python/],
  ])('%s, with a sentence that says what they are', async (_what, content, message) => {
    const { rows, error } = await read(fileOf(content, 't.txt'));
    expect(rows).toEqual([]);
    expect(String(error)).toMatch(message);
  });

  it('brackets and absent signs as delimiters, although they stand between known names', () => {
    const delimiters = (header: string, form: (text: string) => string): readonly string[] =>
      oddDelimiters(header + each(form), [',']).others;
    expect(delimiters('title (category)\n', (text) => `${text} (so)`)).toEqual([]);
    expect(delimiters('title / category\n', (text) => text)).toEqual([]);
    expect(delimiters('title / category\n', (text) => `${text} / so`)).toEqual([' / ']);
  });

  it('lines before a table that was asked for, where --skip-lines says otherwise', async () => {
    const table = lines('a,b', 'text,label') + each((t, l) => `${t},${l}`);
    expect((await read(fileOf(table), { skipLines: 1 })).rows).toHaveLength(60);
    expect((await read(fileOf(table), { skipLines: 0 })).rows).toHaveLength(61);
  });
});
