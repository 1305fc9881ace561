import { describe, expect, it } from 'vitest';
import type { Rejection } from '../../../src/contracts/rows/Rejection.js';
import { fetchHeadlines, type FetchHeadlinesOptions } from '../../../src/streams/fetchHeadlines.js';
import type { TableLayout } from '../../../src/streams/table/TableLayout.js';
import { collect } from '../collect.js';
import { fileOf } from '../scratch.js';

const KINDS = ['news', 'sport', 'trade'] as const;

/** What each column has in row `i`, whose class is `kind`. */
type Columns = Readonly<Record<string, (i: number, kind: string) => string | number>>;

const text = (i: number): string => `the ${['late', 'early', 'long'][i % 3]!} report number ${i}`;
const kind = (_: number, name: string): string => name;
const code = (_: number, name: string): number => KINDS.indexOf(name as (typeof KINDS)[number]);
/** One column for each class: `yes` in the column of the class of the row, else `no`. */
const marks = (yes: string, no: string, prefix = ''): Columns =>
  Object.fromEntries(KINDS.map((name) => [prefix + name, (_, of) => (of === name ? yes : no)]));

const tableOf = (columns: Columns, header = Object.keys(columns)): string => {
  const records = Array.from({ length: 60 }, (_, i) =>
    Object.values(columns).map((valueOf) => `"${valueOf(i, KINDS[i % 3]!)}"`),
  );
  return [header, ...records].map((record) => `${record.join(',')}\n`).join('');
};

const read = async (table: string, options: FetchHeadlinesOptions = {}, name = 't.csv') => {
  const rejections: Rejection[] = [];
  let layout: TableLayout | undefined;
  const { values, error } = await collect(
    fetchHeadlines(fileOf(table, name), {
      rejections: { next: (rejection) => void rejections.push(rejection) },
      onLayout: (found) => (layout = found),
      ...options,
    }),
  );
  return { rows: values, message: error instanceof Error ? error.message : '', layout, rejections };
};

describe('fetchHeadlines takes as text and class', () => {
  it.each<readonly [what: string, columns: Columns, title: string, label: string]>([
    [
      'a review and not its title',
      { title: text, review: (i) => `${text(i)}, and more`, rating: code },
      'review',
      'rating',
    ],
    ['the names of classes beside their numbers', { text, label: code, label_text: kind }, 'text', 'label_text'],
    ['the names of classes and not their numbers', { code, kind, text }, 'text', 'kind'],
    ['a class and not votes', { body: text, score: (i) => i * 7, subreddit: kind }, 'body', 'subreddit'],
    ['a class and not means', { text, rating: (i) => `${3 + (i % 9) / 10}`, theme: kind }, 'text', 'theme'],
    [
      'plain text and not the same text as HTML',
      { cv_text: text, cv_html: (i) => `<div class="a">${text(i)}</div>`, Category: kind },
      'cv_text',
      'Category',
    ],
    [
      'an instruction and not the answer',
      { instruction: text, answer: (i) => text(i).repeat(9), intent: kind },
      'instruction',
      'intent',
    ],
  ])('%s', async (_what, columns, title, label) => {
    const { layout, rows } = await read(tableOf(columns));
    expect(layout).toMatchObject({ titleColumns: [title], labelColumn: label });
    expect(rows).toHaveLength(60);
  });

  it('the summary of an issue, and not one of its comments', async () => {
    const columns = { Summary: text, Type: kind, a: (i: number) => text(i + 1), b: (i: number) => text(i + 2) };
    const { layout } = await read(tableOf(columns, ['Summary', 'Issue Type', 'Comment', 'Comment']));
    expect(layout).toMatchObject({ titleColumns: ['Summary'], labelColumn: 'Issue Type' });
  });

  it('the label in a list of one', async () => {
    for (const form of [(label: string) => `['${label}']`, (label: string) => `[""${label}""]`]) {
      const { rows } = await read(tableOf({ text, labels: (_, name) => form(name) }));
      expect(new Set(rows.map(({ category }) => category))).toEqual(new Set(KINDS));
    }
    const { rows } = await read(tableOf({ text, labels: (_, name) => `[${code(0, name)}]` }));
    expect(new Set(rows.map(({ category }) => category))).toEqual(new Set(['0', '1', '2']));
  });

  it('the names of labels that only some rows have', async () => {
    const lines = Array.from({ length: 60 }, (_, i) =>
      JSON.stringify({ title: text(i), labels: i % 4 === 0 ? [] : [{ id: 7, name: KINDS[i % 3] }], state: 'open' }),
    );
    const { layout, rows, rejections } = await read(`${lines.join('\n')}\n`, {}, 't.jsonl');
    expect(layout).toMatchObject({ titleColumns: ['title'], labelColumn: 'labels.name' });
    expect([rows.length, rejections.length]).toEqual([45, 15]);
  });

  it('both parts of a pair of texts', async () => {
    const pair = { id: (i: number) => i, question1: text, question2: (i: number) => text(i + 1), is_duplicate: code };
    const { layout, rows } = await read(tableOf(pair));
    expect(layout).toMatchObject({ titleColumns: ['question1', 'question2'], labelColumn: 'is_duplicate' });
    expect(rows[0]?.title).toBe(`${text(0)} ${text(1)}`);
  });
});

describe('fetchHeadlines reads columns that mark classes', () => {
  it.each([
    ['1', '0'],
    ['1.0', '0.0'],
    ['True', 'False'],
    ['x', ''],
    ['yes', 'no'],
  ])('where each row has one %s', async (yes, no) => {
    const { layout, rows } = await read(tableOf({ text, ...marks(yes, no) }));
    expect(layout).toMatchObject({ titleColumns: ['text'], labelColumn: undefined, classColumns: KINDS });
    expect(rows.map(({ category }) => category)).toEqual(rows.map((_, i) => KINDS[i % 3]));
    expect(rows).toHaveLength(60);
  });

  it('beside other marks, and in JSON lines', async () => {
    const columns = { id: (i: number) => i, text, is_old: (i: number) => Number(i % 2 === 0), ...marks('1', '0') };
    expect((await read(tableOf(columns))).layout).toMatchObject({ classColumns: KINDS });
    const lines = Array.from({ length: 60 }, (_, i) =>
      JSON.stringify({ text: text(i), ...Object.fromEntries(KINDS.map((name, k) => [name, k === i % 3])) }),
    );
    const { layout, rows } = await read(`${lines.join('\n')}\n`, {}, 't.jsonl');
    expect(layout).toMatchObject({ classColumns: KINDS });
    expect(rows[4]).toEqual({ id: 4, title: text(4), category: 'sport' });
    const nested = lines.map((line) => line.replace('"news"', '"cats":{"news"').replace('}', '}}'));
    const cats = await read(`${nested.join('\n')}\n`, {}, 't.jsonl');
    expect(cats.layout).toMatchObject({ classColumns: KINDS.map((name) => `cats.${name}`) });
    expect(cats.rows[4]).toEqual(rows[4]);
  });

  it('as they are named, and rejects a row with several marks or none', async () => {
    const table = `text,a,b\none,1,0\ntwo,0,1\nboth,1,1\nneither,0,0\n`;
    for (const labelColumn of ['a,b', 'A, B', '2,3']) {
      const { rows, rejections } = await read(table, { labelColumn });
      expect(rows.map(({ category }) => category)).toEqual(['a', 'b']);
      expect(rejections).toMatchObject([
        { id: 2, field: 'a, b', expected: 'one class', got: 'a, b' },
        { id: 3, field: 'a, b', expected: 'a non-blank class' },
      ]);
    }
  });

  it('as in an earlier table', async () => {
    const usualColumns = { titleColumns: ['text'], labelColumn: '', classColumns: ['a', 'b'] };
    const { rows, layout } = await read('text,a,b\none,1,0\n', { usualColumns });
    expect(layout).toMatchObject({ foundBy: 'usual', classColumns: ['a', 'b'] });
    expect(rows).toEqual([{ id: 0, title: 'one', category: 'a' }]);
  });

  it('not where rows have several marks: it says so, and names the option', async () => {
    const several = { text, ...marks('1', '0'), trade: (i: number) => Number(i % 4 === 0) };
    const { message } = await read(tableOf(several));
    expect(message).toContain('25 of the first 60 rows have several marks, or none');
    expect(message).toContain('--label-column news predicts that mark alone');
    expect((await read(tableOf(several), { labelColumn: 'news' })).rows).toHaveLength(60);
  });
});
