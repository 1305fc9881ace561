import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY_SIZES } from '../tiny.js';
import { commaTable, lines, madeRows } from './madeRows.js';

const cwd = workFolder();
const model = join(cwd, 'model');
const at = (name: string): string => join(cwd, name);

const predict = (...options: readonly string[]) => inProcess(['predict', '--model', model, ...options]);

beforeAll(async () => {
  writeFileSync(at('train.csv'), commaTable('text,label', madeRows(150)));
  const trained = await inProcess([
    'train',
    '--data',
    at('train.csv'),
    '--out',
    model,
    ...TINY_SIZES,
    '--epochs',
    '20',
    '--batch-size',
    '8',
  ]);
  if (trained.status !== 0) throw new Error(trained.stderr);
  writeFileSync(
    at('in.csv'),
    'id;text;class;note\n1;late goal wins the cup;x;"a ""b"""\n2;shares fall after a loss;y;\n3;;z;n\n',
  );
});

describe('predict on a table', () => {
  it('gives it back with its other columns, in order', async () => {
    const { status, stdout, stderr } = await predict('--data', at('in.csv'));
    expect(status, stderr).toBe(0);
    const [header, first, second, third] = stdout.split('\n');
    expect(header).toBe('id;text;class;note;predicted_class;probability');
    expect(first).toMatch(/^1;late goal wins the cup;x;"a ""b""";Sports;[01][.\d]*$/);
    expect(second).toMatch(/^2;shares fall after a loss;y;;Business;[01][.\d]*$/);
    expect(third).toMatch(/^3;;z;n;/);
    expect(stderr).toContain('1 row has no token that the model knows');
  });

  it('adds every class, the next ones, and answers unsure', async () => {
    const out = at('out.csv');
    const { status, stdout } = await predict(
      ...['--data', at('in.csv'), '--out-file', out, '--all', '--top', '2', '--unsure-below', '0.99999'],
    );
    expect([status, stdout]).toEqual([0, '']);
    const [header, first] = readFileSync(out, 'utf8').split('\n');
    expect(header).toBe('id,text,class,note,predicted_class,probability,class_2,probability_2,Business,Sports,World');
    const fields = first?.split(',') ?? [];
    expect(fields[4]).toBe('unsure');
    expect(fields[5]).toBe(fields[9]);
    const sum = fields.slice(8).reduce((total, value) => total + Number(value), 0);
    expect(sum).toBeCloseTo(1, 4);
  });

  it('gives JSON lines back as they are written, with more members', async () => {
    const written = '{"id":12345678901234567890,"text":"late goal wins the cup","nested":{"b":[1,2]}}';
    writeFileSync(
      at('in.jsonl'),
      `${written}\n{ "text": "shares fall", "class": "mine", "probability": null }\n{"text": "NaN loss", "score": NaN}\n`,
    );
    const { stdout } = await predict('--data', at('in.jsonl'), '--top', '2');
    const [first = '', second = '', third = ''] = stdout.split('\n');
    // What stood there has the very characters that it had.
    expect(first.startsWith(`${written.slice(0, -1)},"predicted_class":"Sports","predicted_probability":`)).toBe(true);
    const parsed = JSON.parse(second) as Record<string, unknown>;
    expect(parsed).toMatchObject({ class: 'mine', probability: null, predicted_class: 'Business' });
    expect(Object.keys(parsed['probabilities'] as object)).toHaveLength(2);
    // Python writes NaN, which is no JSON.
    expect(JSON.parse(third)).toMatchObject({ text: 'NaN loss', score: null });
  });

  it('writes what the name of the file says', async () => {
    await predict('--data', at('in.csv'), '--out-file', at('out.jsonl.gz'));
    const rows = gunzipSync(readFileSync(at('out.jsonl.gz')))
      .toString()
      .trim()
      .split('\n');
    expect(JSON.parse(rows[0] ?? '')).toMatchObject({ id: '1', note: 'a "b"', predicted_class: 'Sports' });
    expect(rows).toHaveLength(3);
    await predict('--data', at('in.jsonl'), '--out-file', at('out.tsv'));
    expect(readFileSync(at('out.tsv'), 'utf8')).toMatch(
      /^id\ttext\tnested\.b\tclass\tprobability\tscore\tpredicted_class\t/,
    );
  });

  it('keeps the order of many rows, and reads stdin', async () => {
    const table = lines('n,text', ...madeRows(1000).map(([text], i) => `${i},${text}`));
    const { stdout, status } = await inProcess(['predict', '--model', model, '--data', '-'], table);
    expect(status).toBe(0);
    const numbers = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[0]));
    expect(numbers).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it('tells rejected rows, and writes no file where there are too many', async () => {
    writeFileSync(at('few.csv'), lines('text,n', 'late goal,1', 'ragged', 'shares fall,2'));
    const few = await predict('--data', at('few.csv'), '--out-file', at('few.out.csv'), '--rejections', at('rejected'));
    expect(few.status).toBe(0);
    expect(few.stderr).toContain('rejected rows: 1 (ragged 1)');
    expect(readFileSync(at('few.out.csv'), 'utf8').split('\n')).toHaveLength(4);
    expect(JSON.parse(readFileSync(at('rejected'), 'utf8'))).toMatchObject({ reason: 'ragged', line: 3 });
    writeFileSync(at('many.csv'), lines('text,n', 'late goal,1', ...Array.from({ length: 20 }, () => 'ragged')));
    const many = await predict('--data', at('many.csv'), '--out-file', at('many.out.csv'));
    expect(many.status).toBe(1);
    expect(existsSync(at('many.out.csv'))).toBe(false);
  });

  it.each([
    [['--out-file', 'x.csv', 'a title'], '--out-file is for tables'],
    [['--all', 'a title'], '--all is for tables'],
    [['--data', 'in.csv', 'a title'], 'exclude each other'],
    [['--data', 'in.csv', '--format', 'text'], 'csv or jsonl'],
    [['--unsure-below', '0', 'a title'], 'above 0'],
  ])('refuses %j', async (options, message) => {
    const { status, stderr } = await predict(...options);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  it('does not overwrite its input', async () => {
    const { status } = await predict('--data', at('in.csv'), '--out-file', at('in.csv'));
    expect(status).toBe(2);
    expect(readFileSync(at('in.csv'), 'utf8')).toContain('late goal');
  });
});

describe('predict on titles', () => {
  it('tells the first classes, and answers unsure', async () => {
    const title = 'late goal wins the cup';
    expect((await predict(title, '--top', '1')).stdout).toMatch(/→ Sports \(Sports [01]\.\d{3}\)\n$/);
    expect((await predict(title, '--unsure-below', '1')).stdout).toContain('→ unsure (Sports');
    expect((await predict('🦖', '--unsure-below', '0.01')).stdout).toContain('→ unsure (');
    expect((await predict(title, '--format', 'csv', '--top', '2')).stdout).toMatch(
      /^title,class,probability,class_2,probability_2\nlate goal wins the cup,Sports,[01][.\d]*,\w+,[\d.e-]+\n$/,
    );
    const { probabilities } = JSON.parse((await predict(title, '--format', 'jsonl', '--top', '2')).stdout) as {
      probabilities: object;
    };
    expect(Object.keys(probabilities)).toHaveLength(2);
  });
});

describe('evaluate', () => {
  it('writes the mistakes with their rows, the surest first', async () => {
    const table = lines(
      'note,text,label',
      'n1,late goal wins the cup,World',
      'n2,shares fall after a loss,Business',
      '"n,3",late goal wins the cup in the east late goal,Business',
      'n4,talks resume at the border,Sports',
    );
    writeFileSync(at('wrong.csv'), table);
    const run = (file: string) =>
      inProcess(['evaluate', '--model', model, '--data', at('wrong.csv'), '--errors', file]);
    const { status, stderr, stdout } = await run(at('errors.csv'));
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('mistakes: 3, written to');
    expect(stdout).toContain('│ macro ');
    expect(stdout).toContain('always answering the commonest class');
    expect(stdout).toContain('calibration error (ECE)');
    const [header, ...rows] = readFileSync(at('errors.csv'), 'utf8').trim().split('\n');
    expect(header).toBe('source,line,true_class,predicted_class,probability,note,text,label');
    const sure = rows.map((row) => Number(/,(0\.\d+|1),/.exec(row)?.[1]));
    expect(sure).toEqual(sure.toSorted((a, b) => b - a));
    expect(rows.find((row) => row.includes('n,3'))).toMatch(/,4,Business,Sports,.*,"n,3",late goal/);
    await run(at('errors.jsonl'));
    const parsed = readFileSync(at('errors.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { line: number; row: { note: string } });
    expect(parsed.map(({ line }) => line).toSorted((a, b) => a - b)).toEqual([2, 4, 5]);
    expect(parsed.find(({ line }) => line === 4)?.row.note).toBe('n,3');
  });

  it('says the same as JSON', async () => {
    const { stdout } = await inProcess(['evaluate', '--model', model, '--data', at('train.csv'), '--json']);
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(report)).toEqual([
      ...['overall', 'class', 'macro', 'accuracy', 'loss', 'seen', 'commonest', 'calibration'],
    ]);
    expect(report['commonest']).toMatchObject({ name: 'Business', accuracy: 1 / 3 });
  });
});
