import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { CLASSES, TINY_SIZES, trainTiny } from '../tiny.js';

const cwd = workFolder();
const [model, other, few] = ['model', 'other', 'few'].map((name) => join(cwd, name)) as [string, string, string];
const data = join(cwd, 'tiny.csv');
const compare = (...args: readonly string[]) => inProcess(['compare', ...args]);

interface Comparison {
  readonly rows: number;
  readonly seen: number;
  readonly models: readonly {
    readonly model: string;
    readonly accuracy: number;
    readonly overall: { readonly f1: number };
    readonly classes: readonly { readonly category: string; readonly f1: number; readonly num_samples: number }[];
  }[];
  readonly pairs: readonly {
    readonly first: string;
    readonly second: string;
    readonly alike: number;
    readonly bothRight: number;
    readonly onlyFirst: number;
    readonly onlySecond: number;
    readonly bothWrong: number;
    readonly p: number;
  }[];
  readonly differing: number;
  readonly examples: readonly { readonly id: number; readonly category: string; readonly answers: readonly string[] }[];
}
const compared = async (...args: readonly string[]): Promise<Comparison> => {
  const { status, stdout, stderr } = await compare(...args, '--data', data, '--json');
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Comparison;
};

beforeAll(async () => {
  await trainTiny(cwd);
  const train = async (out: string, table: string, ...more: readonly string[]) => {
    const { status, stderr } = await inProcess(['train', '--data', table, '--out', out, ...TINY_SIZES, ...more]);
    if (status !== 0) throw new Error(`The training that the tests start from ended with ${status}: ${stderr}`);
  };
  await train(other, data, '--seed', '5', '--epochs', '2');
  // A model that knows two of the four classes.
  const titles = Array.from({ length: 60 }, (_, i) => `team match ${i},Sports\nborder talks ${i},World`);
  writeFileSync(join(cwd, 'two.csv'), `title,category\n${titles.join('\n')}\n`);
  await train(few, join(cwd, 'two.csv'), '--epochs', '1');
}, 120_000);

describe('headwater compare', () => {
  it('compares models on the rows that neither has seen with --unseen', async () => {
    const all = await compared(model, other);
    const unseen = await compared(model, other, '--unseen');
    expect([all.rows, unseen.rows]).toEqual([400, 400 - all.seen]);
    expect(unseen.seen).toBe(all.seen);
    // Their seeds differ, so one has trained on test rows of the other.
    const alone = await compared(model, model, '--unseen');
    expect(alone.rows).toBeGreaterThan(unseen.rows);
    expect(unseen.rows).toBeGreaterThan(0);
    const { stderr } = await compare(model, other, '--data', data);
    expect(stderr).toMatch(
      new RegExp(`\\n${all.seen} of the 400 rows have a text that one of the models has seen in training, so these `),
    );
  });

  it('shows scores by class, pairs, and rows that differ', async () => {
    const { status, stdout, stderr } = await compare(model, other, '--data', data, '--differences', '3');
    expect(status, stderr).toBe(0);
    for (const name of CLASSES)
      expect(stdout).toMatch(new RegExp(`│ ${name} +│ +\\d\\.\\d{3} │ +\\d\\.\\d{3} │ +\\d+ │`));
    expect(stdout).toMatch(/│ weighted +│ .*│ +400 │/);
    expect(stdout).toContain('p (McNemar)');
    expect(stdout).toMatch(/rows on which the models differ: \d+/);
    expect(stdout.split('\n').filter((line) => line.startsWith('  row '))).toHaveLength(3);
    expect(stderr).toContain('classifying: 400 rows');
  });

  it('gives the same as JSON, and what evaluate says of each', async () => {
    const { rows, models, pairs, differing, examples } = await compared(model, other);
    expect(rows).toBe(400);
    expect(models.map((one) => one.model)).toEqual([model, other]);
    for (const { model: directory, overall, classes } of models) {
      const { stdout } = await inProcess(['evaluate', '--model', directory, '--data', data, '--json']);
      const alone = JSON.parse(stdout) as { readonly overall: { readonly f1: number } };
      expect(overall).toEqual(alone.overall);
      expect(classes.map(({ category }) => category)).toEqual(CLASSES);
    }
    const [pair] = pairs;
    expect(pair!.bothRight + pair!.onlyFirst + pair!.onlySecond + pair!.bothWrong).toBe(400);
    expect((pair!.bothRight + pair!.onlyFirst) / 400).toBeCloseTo(models[0]!.accuracy, 10);
    expect((pair!.bothRight + pair!.onlySecond) / 400).toBeCloseTo(models[1]!.accuracy, 10);
    expect(pair!.alike + differing).toBe(400);
    expect(examples).toHaveLength(Math.min(10, differing));
    for (const { answers } of examples) expect(new Set(answers).size).toBe(2);
  });

  it('finds no difference between a model and itself', async () => {
    const { pairs, differing, examples } = await compared(model, model);
    expect(pairs).toEqual([expect.objectContaining({ alike: 400, onlyFirst: 0, onlySecond: 0, p: 1 })]);
    expect([differing, examples]).toEqual([0, []]);
  });

  it('compares models of different classes, each pair of them', async () => {
    const { models, pairs } = await compared(model, other, few);
    expect(pairs).toHaveLength(3);
    const [, , of] = models;
    expect(of!.classes.map(({ category }) => category)).toEqual(CLASSES);
    // What it does not know it never gets right.
    expect(of!.classes.find(({ category }) => category === 'Business')!.f1).toBe(0);
    expect(of!.classes.reduce((sum, { num_samples }) => sum + num_samples, 0)).toBe(400);
  });

  it('refuses one model alone, and what is no model', async () => {
    const alone = await compare(model, '--data', data);
    expect([alone.status, alone.stdout]).toEqual([2, '']);
    expect(alone.stderr).toContain('one model to compare');
    expect((await compare(model, join(cwd, 'none'), '--data', data)).status).not.toBe(0);
  });
});
