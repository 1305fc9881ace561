import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY_CSV } from '../tiny.js';

const cwd = workFolder();
const data = join(cwd, 'tiny.csv');

beforeAll(() => writeFileSync(data, TINY_CSV));

const filesOf = (out: string) => ({
  weights: readFileSync(join(out, 'model.safetensors')).toString('base64'),
  performance: readFileSync(join(out, 'performance.json'), 'utf8'),
  training: JSON.parse(readFileSync(join(out, 'training.json'), 'utf8')) as {
    readonly refittedOn?: number;
    readonly epochs: unknown;
  },
});

describe('train --refit', () => {
  it.each([
    ['linear', ['--architecture', 'linear', '--epochs', '2']],
    ['lesson', ['--cell', 'rnn', '--hidden-dim', '8', '--epochs', '3']],
    ['lesson by plateau', ['--text', 'lesson', '--cell', 'rnn', '--hidden-dim', '8', '--epochs', '3']],
  ] as const)('saves a model of all rows, with the scores of the one before: %s', async (name, options) => {
    const [once, again] = [join(cwd, `${name} once`), join(cwd, `${name} again`)];
    const train = (out: string, more: readonly string[]) =>
      inProcess(['train', '--data', data, '--out', out, ...options, ...more]);
    const first = await train(once, []);
    const second = await train(again, ['--refit']);
    expect(second.status, second.stderr).toBe(0);
    const [before, after] = [filesOf(once), filesOf(again)];
    expect(before.training.refittedOn).toBeUndefined();
    expect(after.training).toEqual({ ...before.training, refittedOn: expect.any(Number) as number });
    expect(after.performance).toBe(before.performance);
    expect(after.weights).not.toBe(before.weights);
    const line =
      'refit: the saved model was then trained again, on all ' +
      `${after.training.refittedOn} rows; the scores are those of the model before\n`;
    expect(second.stdout.replace(again, once)).toBe(first.stdout.replace('artifacts:', `${line}artifacts:`));
  });
});
