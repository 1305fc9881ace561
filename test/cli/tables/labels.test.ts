import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY } from '../tiny.js';
import { commaTable, lines, type MadeRow, madeRows } from './madeRows.js';

const cwd = workFolder();
const out = join(cwd, 'model');

const train = (table: string, ...options: readonly string[]) => {
  const data = join(cwd, 'table.csv');
  writeFileSync(data, table);
  return inProcess(['train', '--data', data, '--out', out, ...TINY, ...options]);
};

const savedClasses = (): readonly string[] => {
  const { class_to_index: indices } = JSON.parse(readFileSync(join(out, 'label_encoder.json'), 'utf8')) as {
    class_to_index: Record<string, number>;
  };
  return Object.entries(indices)
    .sort(([, a], [, b]) => a - b)
    .map(([name]) => name);
};

const renamed = (rows: readonly MadeRow[], names: Readonly<Record<string, string>>): readonly MadeRow[] =>
  rows.map(([text, label]) => [text, names[label] ?? label]);

describe('the labels of a table', () => {
  it('are trimmed, and sorted as numbers where they are numbers', async () => {
    const rows = renamed(madeRows(60), { Sports: ' 10 ', World: '9', Business: '-2' });
    expect(await train(commaTable('text,label', rows))).toMatchObject({ status: 0 });
    expect(savedClasses()).toEqual(['-2', '9', '10']);
    expect(await train(commaTable('text,label', rows), '--text', 'lesson')).toMatchObject({ status: 0 });
    expect(savedClasses()).toEqual(['-2', '10', '9']);
  });

  it('are renamed, merged, left out and ordered by --class-names, and evaluate does the same', async () => {
    const names = join(cwd, 'names.csv');
    writeFileSync(names, '"Sports, at last",3\nOther,1,2\n,junk\n');
    const rows = renamed(madeRows(90), { Sports: '3', World: '1', Business: '2' });
    const table = commaTable('review,stars', [...rows, ['nothing of note today', 'junk']]);
    const trained = await train(table, '--class-names', names, '--title-column', 'review');
    expect(trained.status, trained.stderr).toBe(0);
    expect(trained.stderr).not.toContain('rejected');
    expect(savedClasses()).toEqual(['Sports, at last', 'Other']);
    const other = join(cwd, 'other.csv');
    writeFileSync(
      other,
      commaTable('review,label,stars', []) + rows.map(([text, label]) => `${text},x,${label}\n`).join(''),
    );
    const evaluated = await inProcess(['evaluate', '--model', out, '--data', other, '--json']);
    expect(evaluated.status, evaluated.stderr).toBe(0);
    const { overall } = JSON.parse(evaluated.stdout) as { overall: { num_samples: number } };
    expect(overall.num_samples).toBe(90);
  });

  it('that are not named are rejected', async () => {
    const names = join(cwd, 'two.csv');
    writeFileSync(names, 'Sports\nWorld\n');
    const { status, stderr } = await train(commaTable('text,label', madeRows(60)), '--class-names', names);
    expect(status).toBe(1);
    expect(stderr).toMatch(/20 of 60 rows .* rejected/);
  });

  it.each([
    ['A,1\nB,1\n', 2, /the label "1" stands for "A" and for "B"/],
    [',1\n', 2, /no name of a class/],
    ['A,"1\n', 2, /class names in .* cannot be read/],
  ])('refuses the class names %j', async (text, status, message) => {
    const names = join(cwd, 'bad.csv');
    writeFileSync(names, text);
    const ended = await train(commaTable('text,label', madeRows(30)), '--class-names', names);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toMatch(message);
  });

  it('that may stand for a missing value are told', async () => {
    const rows = renamed(madeRows(60), { World: 'NaN' });
    expect((await train(commaTable('text,label', rows))).stderr).toContain(
      'a class that may stand for a missing value: "NaN" (20 rows); --class-names can leave it out',
    );
  });

  it('without train rows are rejected with the place of each row', async () => {
    const rejections = join(cwd, 'rejections.jsonl');
    const test = join(cwd, 'test.csv');
    writeFileSync(
      test,
      commaTable('text,label', [
        ['one more goal', 'Sports'],
        ['a lone row', 'Odd'],
      ]),
    );
    const table = commaTable('text,label', madeRows(60));
    const { stderr } = await train(table, '--rejections', rejections, '--test-data', test);
    expect(stderr).toContain('rejected rows: 1 ');
    expect(JSON.parse(readFileSync(rejections, 'utf8'))).toMatchObject({
      id: 61,
      source: test,
      line: 3,
      got: 'Odd',
    });
  });

  it('of few rows are told, and left out by --min-class-rows', async () => {
    const table = commaTable('text,label', [...madeRows(60), ['odd one', 'Rare'], ['odd two', 'Rare']]);
    expect((await train(table)).stderr).toContain('1 class has fewer than 5 rows, such as "Rare" (2)');
    const { stderr, status } = await train(table, '--min-class-rows', '3');
    expect(status).toBe(0);
    expect(stderr).toContain('left out: 2 rows of 1 classes with fewer than 3 rows: "Rare" 2');
    expect(savedClasses()).toEqual(['Business', 'Sports', 'World']);
    const none = await train(table, '--min-class-rows', '100');
    expect(none).toMatchObject({ status: 1 });
    expect(none.stderr).toMatch(/No class has 100 rows: .* Lower --min-class-rows/);
    const evaluated = await inProcess(['evaluate', '--model', out, '--data', join(cwd, 'table.csv')]);
    expect(evaluated.stderr).not.toContain('rejected');
    expect(evaluated.stdout).toContain('60 rows');
  });

  it('with almost one name are told', async () => {
    const rows = madeRows(60).map(([text, label], i): MadeRow => [
      text,
      i === 0 ? 'sports' : i === 1 ? 'WORLD ' : label,
    ]);
    const { stderr, status } = await train(commaTable('text,label', rows));
    expect(status).toBe(0);
    expect(stderr).toContain('classes with almost one name: "sports" (1 rows), "Sports" (19 rows)');
    expect(stderr).toContain('"WORLD" (1 rows), "World" (19 rows)');
  });

  it.each([',', ';', '|', ''])('several of them in one cell, with %s between, are refused', async (separator) => {
    const table = lines(
      'text\tlabel',
      ...madeRows(60).map(([text, label], i) => `${text}\t${i % 10 === 0 ? `Sports${separator} World` : label}`),
    );
    const { status, stderr } = await train(table);
    expect(status).toBe(2);
    expect(stderr).toContain(`6 rows have several labels in one cell, such as "Sports${separator} World"`);
    const named = join(cwd, 'named.csv');
    writeFileSync(named, `Sports,"Sports${separator} World"\nWorld\nBusiness\n`);
    expect(await train(table, '--class-names', named)).toMatchObject({ status: 0 });
  });

  it('that are combinations of few parts are told', async () => {
    const rows = madeRows(60).map(
      ([text, label], i) => [text, `${label}, ${['new', 'old', 'own'][Math.floor(i / 3) % 3]!}`] as const,
    );
    const { status, stderr } = await train(lines('text\tlabel', ...rows.map((row) => row.join('\t'))));
    expect(status).toBe(0);
    expect(stderr).toMatch(/9 classes look like several labels, such as "\w+, new": 6 parts make them up/);
  });

  it('that are combined with one that never stands alone are told', async () => {
    const rows = madeRows(60).map(([text, label], i) => [text, i % 2 ? `${label}; other` : label] as const);
    const { status, stderr } = await train(commaTable('text,label', rows));
    expect(status).toBe(0);
    expect(stderr).toMatch(/3 classes look like several labels, such as "\w+; other": 4 parts make them up/);
  });

  it('with a comma in their name are classes where its parts are none', async () => {
    const rows = renamed(madeRows(60), { World: 'World; Politics' });
    expect(await train(commaTable('text,label', rows))).toMatchObject({ status: 0 });
    expect(savedClasses()).toContain('World; Politics');
  });

  it('that differ for one text are counted and told', async () => {
    const rows = madeRows(60);
    const table = commaTable('text,label', [...rows, [rows[0]![0], 'World'], [rows[1]![0].toUpperCase(), 'Business']]);
    const { status, stderr } = await train(table);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^2 rows have a text that stands with another class too, such as /m);
  });

  it('of nearly unique values are none', async () => {
    const table = lines('text,label', ...madeRows(60).map(([text], i) => `${text},name ${i}`));
    const { status, stderr } = await train(table);
    expect(status).toBe(2);
    expect(stderr).toContain('60 different values in 60 rows');
  });

  it('of many numbers with decimals are none', async () => {
    const table = lines('text,score', ...madeRows(180).map(([text], i) => `${text},${i % 45}.25`));
    const { status, stderr } = await train(table);
    expect(status).toBe(2);
    expect(stderr).toContain('45 different numbers with decimals, such as "0.25", "1.25", "2.25"');
  });
});
