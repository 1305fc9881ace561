import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastGoodFolder } from '../../../src/cli/training/results/savingLastGood.js';
import { start, workFolder } from '../headwater.js';
import { TABLE } from '../killedTraining.js';

describe('a training whose loss becomes no number', () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'table.csv'), TABLE);

  it.each([
    ['lesson', '1e20'],
    ['wide-gru', '1e12'],
  ])('names the step and the rows, and saves the last good weights: %s', async (name, rate) => {
    const sizes = ['--hidden-dim', '8', '--embedding-dim', '8', '--epochs', '2', '--batch-size', '32'];
    const training = ['train', '--data', 'table.csv', '--out', name, '--architecture', name, '--lr', rate, ...sizes];
    const { status, stderr } = await start(training, { cwd }).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(/in epoch \d, step \d+ is (NaN|-?Infinity).* The ids of its rows: \d+, /);
    expect(stderr).toContain(`The last good weights are in ${name}.last-good.`);
    const { stdout, ...rest } = await start(['predict', '--model', `${name}.last-good`, 'Late goal'], { cwd }).ended;
    // Weights so large may give no probability either, but they are whole and finite.
    expect(rest.stderr).not.toMatch(/HW_ARTIFACT/);
    expect(stdout === '' ? rest.stderr : stdout).toMatch(/→|HW_NUMERIC/);
  });

  it('saves them beside the folder of the artifacts, however its path is written', () => {
    const here = process.cwd();
    expect(lastGoodFolder('models/news/')).toBe(join('models', 'news.last-good'));
    expect(lastGoodFolder('/models/news//')).toBe(join('/models', 'news.last-good'));
    expect(lastGoodFolder('.')).toBe(`${here}.last-good`);
    expect(lastGoodFolder('models/..')).toBe(`${here}.last-good`);
  });

  it('says that there are no good weights if the first steps make them infinite', async () => {
    const sizes = ['--hidden-dim', '4', '--embedding-dim', '4', '--epochs', '1', '--batch-size', '32'];
    const training = ['train', '--data', 'table.csv', '--out', 'none', '--architecture', 'wide-gru', '--lr', '1e39'];
    const { status, stderr } = await start([...training, ...sizes], { cwd }).ended;
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /No good weights were saved: the weights of the model .* finite, and there is no checkpoint of it\. \[HW_NUMERIC\]\n$/,
    );
    expect(existsSync(join(cwd, 'none.last-good'))).toBe(false);
  });
});
