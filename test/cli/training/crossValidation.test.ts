import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CrossValidationRecord } from '../../../src/contracts/training/TrainingRecord.js';
import { workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY_CSV } from '../tiny.js';

const cwd = workFolder();
const data = join(cwd, 'tiny.csv');

beforeAll(() => writeFileSync(data, TINY_CSV));

describe('train --cross-validate', () => {
  it.each([
    ['linear', ['--architecture', 'linear', '--epochs', '1']],
    ['lesson', ['--cell', 'rnn', '--hidden-dim', '8', '--epochs', '1']],
  ] as const)(
    'measures each row once, then trains the very model that is trained without it: %s',
    async (name, more) => {
      const [out, plain] = [join(cwd, name), join(cwd, `${name} plain`)];
      const options = ['train', '--data', data, ...more];
      const first = await inProcess([...options, '--out', plain]);
      const { status, stdout, stderr } = await inProcess([...options, '--out', out, '--cross-validate', '2']);
      expect(status, stderr).toBe(0);
      expect(stderr).toMatch(/^fold 1 of 2: F1 0\.\d{4}.*$/m);
      expect(stdout).toContain('cross-validation: mean ± standard deviation over 2 folds\n');
      expect(stdout.slice(stdout.indexOf('\n', stdout.lastIndexOf(' ± ')) + 1).replace(out, plain)).toBe(first.stdout);
      expect(readFileSync(join(out, 'model.safetensors'))).toEqual(readFileSync(join(plain, 'model.safetensors')));

      const { crossValidation } = JSON.parse(readFileSync(join(out, 'training.json'), 'utf8')) as {
        readonly crossValidation: CrossValidationRecord;
      };
      const { folds, f1, linearF1 } = crossValidation;
      expect(folds.reduce((sum, { rows }) => sum + rows, 0)).toBe(TINY_CSV.trim().split('\n').length - 1);
      const mean = folds.reduce((sum, fold) => sum + fold.f1, 0) / 2;
      expect(f1.mean).toBeCloseTo(mean, 12);
      expect(f1.spread).toBeCloseTo(Math.sqrt(folds.reduce((sum, fold) => sum + (fold.f1 - mean) ** 2, 0)), 12);
      expect(linearF1?.mean).toBeGreaterThan(0);
    },
  );

  it('refuses tables of sides', async () => {
    const args = ['train', '--data', data, '--out', join(cwd, 'no'), '--cross-validate', '3', '--test-data', data];
    const { status, stderr } = await inProcess(args);
    expect(status).toBe(2);
    expect(stderr).toContain('--cross-validate divides the rows of --data itself, so --test-data has no meaning');
  });
});
