import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sampleCsv } from '../../../src/streams/sample/sampleCsv.js';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY_SIZES } from '../tiny.js';

const cwd = workFolder();
const at = (name: string): string => join(cwd, name);

const [header = '', ...lines] = [...sampleCsv({ rows: 400 })].join('').trimEnd().split('\n');
/** Half of the rows, without one of the four classes. */
const some = lines.slice(0, 200).filter((line) => !line.endsWith('World'));
const title = (line: string): string => line.slice(0, line.lastIndexOf(','));

const save = (name: string, of: readonly string[]): void => writeFileSync(at(name), `${[header, ...of].join('\n')}\n`);

const train = (data: string, out: string, ...more: readonly string[]) =>
  inProcess(['train', '--data', at(data), '--out', at(out), '--no-test', ...more]);

beforeAll(async () => {
  save('some.csv', some);
  save('all.csv', lines);
  const words = new Set(
    lines.flatMap(
      (line) =>
        title(line)
          .toLowerCase()
          .match(/[a-z]+/g) ?? [],
    ),
  );
  const vectors = Array.from(words, (word, i) => `${word} ${Math.sin(i)} ${Math.cos(i)} ${(i % 5) / 5}`);
  writeFileSync(at('words.vec'), `${vectors.join('\n')}\n`);
  for (const [out, how] of [
    ['lesson', ['--cell', 'rnn', ...TINY_SIZES, '--epochs', '2']],
    ['linear', ['--architecture', 'linear', '--epochs', '1']],
    ['wide', ['--architecture', 'wide-gru', '--vectors', at('words.vec'), '--hidden-dim', '4', '--epochs', '1']],
  ] as const) {
    const { status, stderr } = await train('some.csv', out, ...how);
    expect(status, stderr).toBe(0);
  }
});

/** The probabilities of three classes in proportion to each other, for some titles. */
const answers = async (model: string): Promise<readonly (readonly number[])[]> => {
  const input = some.slice(0, 20).map((line) => `${title(line)}\n`);
  const { stdout } = await inProcess(['predict', '--model', at(model), '--format', 'jsonl'], input.join(''));
  return stdout
    .trim()
    .split('\n')
    .map((line) => {
      const { probabilities } = JSON.parse(line) as { readonly probabilities: Readonly<Record<string, number>> };
      const known = ['Business', 'Sci/Tech', 'Sports'].map((name) => probabilities[name] ?? NaN);
      const sum = known.reduce((total, p) => total + p, 0);
      return known.map((p) => p / sum);
    });
};

describe('train --warm-start', () => {
  it('starts from the weights of a model with fewer rows and classes, and of its sizes', async () => {
    // A learning rate that changes nothing, so that the initial weights can be seen.
    const still = ['--epochs', '1', '--lr', '1e-12', '--keep', 'last'];
    const { status, stderr } = await train('all.csv', 'more', '--warm-start', at('lesson'), ...still);
    expect(status, stderr).toBe(0);
    const known = lines.filter((line) => some.some((other) => title(other) === title(line)));
    expect(stderr).toContain(
      `warm start: ${known.length} of ${lines.length} rows have a text that ${at('lesson')} was trained on; ` +
        'they are train rows\n',
    );
    const [before, after] = [await answers('lesson'), await answers('more')];
    expect(before).toHaveLength(20);
    // Both are calibrated, so the order of the classes stays and not the probabilities.
    const ranks = (row: readonly number[]): readonly number[] => row.map((p) => row.filter((q) => q < p).length);
    expect(after.map(ranks)).toEqual(before.map(ranks));

    // The texts of both trainings are known to the new model.
    const { stdout } = await inProcess(['evaluate', '--model', at('more'), '--data', at('all.csv'), '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ seen: lines.length });
  });

  it('keeps a recurrent network with its size and its word vectors', async () => {
    const { status, stderr } = await train('all.csv', 'wider', '--warm-start', at('wide'), '--epochs', '1', '--refit');
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(`words of 3 numbers, from ${at('words.vec')};`);
    const config = JSON.parse(readFileSync(at('wider/config.json'), 'utf8')) as Readonly<Record<string, object>>;
    expect(config['network'] ?? config).toMatchObject({ architecture: 'wide-gru', hiddenDim: 4, vectors: true });
    const { stdout } = await inProcess(['inspect', at('wider')]);
    expect(stdout).toMatch(/warm start +.* from the weights of the model [0-9a-f]{16}/);
  });

  it.each([
    ['its own folder as output', 'all.csv', 'refused', [], 2, /the same folder/],
    ['word vectors', 'all.csv', 'wide', ['--vectors', 'none'], 2, /--vectors differs .* has its own/],
    ['a linear model', 'all.csv', 'linear', [], 2, /is a linear model.*HW_USAGE/],
    [
      'another architecture',
      'all.csv',
      'lesson',
      ['--architecture', 'wide-gru'],
      2,
      /--architecture differs .* has lesson/,
    ],
    ['an option of another architecture', 'all.csv', 'lesson', ['--seeds', '3'], 2, /--seeds has no meaning/],
    ['other sizes', 'all.csv', 'lesson', ['--cell', 'rnn', '--hidden-dim', '9'], 2, /--hidden-dim differs .* has 16/],
    ['other text steps', 'all.csv', 'lesson', ['--keep-case'], 2, /--keep-case differs .* has false/],
    ['folds', 'all.csv', 'lesson', ['--cross-validate', '2'], 2, /--warm-start and --cross-validate exclude/],
    ['known rows alone', 'some.csv', 'lesson', [], 1, /too few others are left to validate.*HW_EMPTY/],
    ['a folder without a model', 'all.csv', 'none', [], 2, /none/],
  ] as const)('refuses %s', async (_, data, model, options, wanted, message) => {
    const { status, stderr } = await train(data, 'refused', '--warm-start', at(model), ...options);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(message);
    expect(status).toBe(wanted);
  });
});
