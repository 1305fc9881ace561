import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY } from '../tiny.js';
import { commaTable, lines, madeRows } from './madeRows.js';

const cwd = workFolder();
const out = join(cwd, 'model');
const data = join(cwd, 'table.csv');
const validation = join(cwd, 'validation.tsv');
const test = join(cwd, 'test.jsonl');

const rows = madeRows(180);
writeFileSync(data, commaTable('text,label', rows.slice(0, 120)));
writeFileSync(
  validation,
  lines('class\tsentence', ...rows.slice(118, 150).map(([text, label]) => `${label}\t${text}`)),
);
writeFileSync(test, lines(...rows.slice(150).map(([text, label]) => JSON.stringify({ label, text }))));

const train = (...options: readonly string[]) =>
  inProcess(['train', '--data', data, '--out', out, ...TINY, ...options]);

const trainedOn = (stderr: string): string | undefined => /: (.* rows, .* rows to validate on)/.exec(stderr)?.[1];

describe('the rows of a training', () => {
  it('are divided by --shares', async () => {
    const { stderr, stdout } = await train('--shares', '0.5,0.25,0.25');
    expect(trainedOn(stderr)).toBe('60 rows, 30 rows to validate on');
    expect(stdout).toContain('30 rows');
  });

  it('come from tables of their own, of whatever form', async () => {
    const { status, stderr, stdout } = await train('--validation-data', validation, '--test-data', test);
    expect(status, stderr).toBe(0);
    expect(trainedOn(stderr)).toBe('120 rows, 32 rows to validate on');
    expect(stdout).toContain('30 rows');
    expect(stderr).toContain('2 texts of --validation-data are in train rows too');
    expect(stderr).not.toContain('texts of --test-data');
  });

  it('are divided between the other sides where one has a table', async () => {
    const withTest = await train('--test-data', test);
    expect(trainedOn(withTest.stderr)).toBe('102 rows, 18 rows to validate on');
    const withValidation = await train('--validation-data', validation);
    expect(trainedOn(withValidation.stderr)).toBe('102 rows, 32 rows to validate on');
    expect(withValidation.stdout).toContain('18 rows');
  });

  it.each(['validation', 'test'])('are refused where none of --%s-data has a class of the train rows', async (side) => {
    const other = join(cwd, 'other.csv');
    writeFileSync(other, commaTable('text,label', [['A text of another kind', 'Other']]));
    const { status, stderr } = await train(`--${side}-data`, other, '--out', join(cwd, 'none'));
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`headwater: No row of --${side}-data can be used\\. .+ \\[HW_EMPTY\\]`));
    expect(existsSync(join(cwd, 'none', 'model.safetensors'))).toBe(false);
  });

  it('give no scores where all of them are trained on', async () => {
    const options = ['--architecture', 'linear', '--shares', '1,0,0'];
    const { status, stderr, stdout } = await inProcess([
      'train',
      '--data',
      data,
      '--out',
      join(cwd, 'all'),
      ...options,
    ]);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('No rows were kept to validate or to test on');
    expect(stdout).not.toContain('scores above');
  });

  it('are not kept for a test with --no-test, and no scores are saved', async () => {
    const { status, stderr, stdout } = await train('--no-test');
    expect(status, stderr).toBe(0);
    expect(trainedOn(stderr)).toBe('102 rows, 18 rows to validate on');
    expect(stdout).toContain('No rows were kept for a test');
    expect(existsSync(join(out, 'performance.json'))).toBe(false);
    expect(JSON.parse(readFileSync(join(out, 'training.json'), 'utf8'))).toMatchObject({ accuracy: null, loss: null });
    expect(await inProcess(['inspect', out])).toMatchObject({ status: 0 });
    expect(await inProcess(['evaluate', '--model', out, '--data', test])).toMatchObject({ status: 0 });
  });

  it.each([
    [['--shares', '0.5,0.5'], 'three numbers'],
    [['--shares', '0.5,0.5,0.5'], 'sum to 1'],
    [['--shares', '0.8,0.1,0.1', '--no-test'], 'a side that --no-test has settled'],
    [['--shares', '0.8,0.1,0.1', '--validation-data', 'v.csv'], 'a side that --validation-data has settled'],
    [['--no-test', '--test-data', 't.csv'], 'exclude each other'],
  ])('are refused with %j', async (options, message) => {
    const { status, stderr } = await train(...options);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('evaluate', () => {
  it('reads a table as the one was read that the model was trained on', async () => {
    const odd = join(cwd, 'odd.txt');
    const form = (all: typeof rows): string => lines(...all.map(([text, label]) => `${label}~x~'${text}'`));
    writeFileSync(odd, form(rows.slice(0, 120)));
    const more = join(cwd, 'more.txt');
    writeFileSync(more, form(rows.slice(120)));
    const reading = ['--delimiter', '~', '--quote', "'", '--no-header', '--title-column', '3', '--label-column', '1'];
    const trained = await inProcess(['train', '--data', odd, '--out', out, ...TINY, ...reading]);
    expect(trained.status, trained.stderr).toBe(0);
    const { status, stdout, stderr } = await inProcess(['evaluate', '--model', out, '--data', more]);
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('60 rows');
    // And another one by its own columns, where it has others.
    writeFileSync(join(cwd, 'csv.csv'), commaTable('text,label', rows.slice(120)));
    const asked = ['--delimiter', ',', '--quote', '"'];
    const other = await inProcess(['evaluate', '--model', out, '--data', join(cwd, 'csv.csv'), ...asked]);
    expect(other.stderr).toContain('text in text, class in label');
  });
});
