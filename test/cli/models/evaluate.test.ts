import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Performance } from '../../../src/contracts/training/Evaluation.js';
import { afterBackend, headwater, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { CLASSES, TINY, TINY_CSV, trainTiny } from '../tiny.js';

const cwd = workFolder();
const evaluate = (data: string, ...more: readonly string[]) =>
  headwater(['evaluate', '--model', 'model', '--data', data, ...more], { cwd });
/** The same in this process. */
const evaluateHere = (data: string, ...more: readonly string[]) =>
  inProcess(['evaluate', '--model', join(cwd, 'model'), '--data', join(cwd, data), ...more]);

beforeAll(() => trainTiny(cwd));

const rowsOf = (category: string): number =>
  TINY_CSV.split('\n').filter((line) => line.endsWith(`,${category}`)).length;

describe('headwater evaluate', () => {
  it('prints the table of every row, and how fast it went on stderr', async () => {
    const { status, stdout, stderr } = await evaluate('tiny.csv');
    expect(status).toBe(0);
    for (const name of CLASSES) expect(stdout).toMatch(new RegExp(`│ ${name} +│ .+ │ +${rowsOf(name)} │\\n`));
    expect(stdout).toMatch(/accuracy \d\.\d{3} {3}loss \d\.\d{3} {3}400 rows/);
    expect(afterBackend(stderr)).toMatch(/^evaluating: 400 rows in [^\n]+\n\d+ of the 400 rows have a text [^\n]+\n$/);
  });

  it("prints the lesson's performance.json with --json, and what is not in it", async () => {
    const { status, stdout } = await evaluate('tiny.csv', '--json');
    expect(status).toBe(0);
    const performance = JSON.parse(stdout) as Performance;
    expect(Object.keys(performance)).toEqual([
      ...['overall', 'class', 'macro', 'accuracy', 'loss', 'seen', 'commonest', 'calibration'],
    ]);
    expect(Object.keys(performance.class)).toEqual(CLASSES);
    for (const scores of [performance.overall, ...Object.values(performance.class)]) {
      expect(Object.keys(scores)).toEqual(['precision', 'recall', 'f1', 'num_samples']);
    }
    expect(performance.overall.num_samples).toBe(400);
    expect(CLASSES.map((name) => performance.class[name]?.num_samples)).toEqual(CLASSES.map(rowsOf));
    // In the layout of the file that a training writes.
    expect(stdout.split('\n').slice(0, 3)).toEqual(
      readFileSync(join(cwd, 'model/performance.json'), 'utf8')
        .split('\n')
        .slice(0, 2)
        .concat(expect.stringContaining('"precision"') as string),
    );
  });

  it('says how many rows the training has used, and measures the others alone with --unseen', async () => {
    const trained = JSON.parse(readFileSync(join(cwd, 'model/performance.json'), 'utf8')) as Performance;
    const all = await evaluateHere('tiny.csv');
    const [, seen = ''] =
      /\n(\d+) of the 400 rows have a text that the model has seen in training, so/.exec(all.stderr) ?? [];
    expect(Number(seen)).toBe(400 - trained.overall.num_samples);
    const others = await evaluateHere('tiny.csv', '--unseen', '--json');
    expect(others.status, others.stderr).toBe(0);
    // Of the table of the training, its test rows are left.
    expect(JSON.parse(others.stdout)).toMatchObject({ ...trained, seen: Number(seen) });
    expect(others.stderr).toContain(`\nleft out: ${seen} of the 400 rows have a text`);
  });

  it('is not worried by a table of other texts', async () => {
    writeFileSync(join(cwd, 'others.csv'), 'title,category\nQuite another match,Sports\nQuite another border,World\n');
    const { status, stderr } = await evaluateHere('others.csv');
    expect(status).toBe(0);
    expect(stderr).not.toContain('seen');
  });

  it('fails with --unseen where every row was used, or where the model does not say which', async () => {
    const refit = ['train', '--data', join(cwd, 'tiny.csv'), '--out', join(cwd, 'refit'), ...TINY, '--refit'];
    expect(await inProcess(refit)).toMatchObject({ status: 0 });
    const unseen = (model: string) =>
      inProcess(['evaluate', '--model', join(cwd, model), '--data', join(cwd, 'tiny.csv'), '--unseen']);
    expect(await unseen('refit')).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining(
        'All 400 rows have a text that was used in training, so --unseen leaves none. ' +
          'Give rows that are not among the training data. [HW_EMPTY]',
      ) as string,
    });
    cpSync(join(cwd, 'model/current/'), join(cwd, 'loose'), { recursive: true });
    for (const name of ['manifest.json', 'seen.bin']) rmSync(join(cwd, 'loose', name));
    expect(await unseen('loose')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/loose does not say which texts it was trained on.* \[HW_ARTIFACT\]/) as string,
    });
  });

  it('does not depend on the batch size', async () => {
    const measured = async (...options: readonly string[]) =>
      JSON.parse((await evaluateHere('tiny.csv', '--json', ...options)).stdout) as Performance & {
        readonly loss: number;
      };
    const [few, many] = [await measured('--batch-size', '7'), await measured()];
    expect([few.overall, few.class]).toEqual([many.overall, many.class]);
    // A sum of means of batches is rounded otherwise.
    expect(few.loss).toBeCloseTo(many.loss, 6);
  });

  it('leaves out rows of a class that the model does not know, tells how many, and writes them down', async () => {
    writeFileSync(join(cwd, 'more.csv'), `${TINY_CSV}The oven is hot,Cooking\nThe soup is cold,Cooking\n`);
    const { status, stdout, stderr } = await evaluateHere('more.csv', '--rejections', join(cwd, 'left-out.jsonl'));
    expect(status).toBe(0);
    expect(stdout).toContain('  400 rows');
    expect(stderr).toMatch(/\nrejected rows: 2 \(field 2; by class: Cooking 2\), written to \S+left-out\.jsonl\n$/);
    const rejected = readFileSync(join(cwd, 'left-out.jsonl'), 'utf8').trimEnd().split('\n');
    expect(rejected.map((line) => (JSON.parse(line) as { readonly got: string }).got)).toEqual(['Cooking', 'Cooking']);
  });

  it('counts each row once where many are of a class that the model does not know', async () => {
    writeFileSync(join(cwd, 'many.csv'), `${TINY_CSV}${'The oven is hot,Cooking\n'.repeat(100)}`);
    const { status, stderr } = await evaluateHere('many.csv');
    expect(status).toBe(1);
    expect(stderr).toMatch(/headwater: 100 of 500 rows of \S*many\.csv were rejected \(field 100\), more than 1 %/);
  });

  it('fails where no row is left to measure', async () => {
    writeFileSync(join(cwd, 'none.csv'), 'title,category\nThe oven is hot,Cooking\n');
    const { status, stdout, stderr } = await evaluateHere('none.csv', '--json');
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /\nheadwater: There is no row to measure in \S+none\.csv\. .+: "Business", "Sci\/Tech", "Sports", "World"\. \[HW_EMPTY\]\nrejected rows: 1 /,
    );
  });

  it('says so in one line where the table has no rows at all', async () => {
    writeFileSync(join(cwd, 'header.csv'), 'title,category\n');
    const { status, stderr } = await evaluateHere('header.csv');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^headwater: [^\n]+ \[HW_EMPTY\]\n$/);
  });
});
