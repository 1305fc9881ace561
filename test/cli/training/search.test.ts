import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { lastValueFrom } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Terminal } from '../../../src/cli/process/Terminal.js';
import type { Prepared } from '../../../src/cli/training/prepared/Prepared.js';
import { searchSettings } from '../../../src/cli/training/search/search.js';
import { settingsOf } from '../../../src/cli/training/search/searchSpace.js';
import { trialProcess } from '../../../src/cli/training/search/trialProcess.js';
import type { TrainingOptions } from '../../../src/cli/training/options/trainingOptions.js';
import type { SearchRecord } from '../../../src/contracts/training/TrainingRecord.js';
import { headwater, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY_CSV } from '../tiny.js';

const cwd = workFolder();
const data = join(cwd, 'tiny.csv');

beforeAll(() => writeFileSync(data, TINY_CSV));

const options = {
  seed: 1,
  backend: 'auto',
  minTokenFrequency: 1,
  uiPort: 0,
  open: true,
  test: true,
} as TrainingOptions;

describe('the settings of a search', () => {
  it('begin with the options as they are, differ, and follow from the seed', () => {
    const settings = settingsOf('network', 30, options);
    expect(settings).toHaveLength(30);
    expect(settings[0]).toEqual({});
    expect(new Set(settings.map((setting) => JSON.stringify(setting))).size).toBe(30);
    expect(settingsOf('network', 30, options)).toEqual(settings);
    expect(settingsOf('network', 30, { ...options, seed: 2 })).not.toEqual(settings);
  });

  it('leave what the options say, and are no more than there are', () => {
    const settings = settingsOf('lesson', 1000, { ...options, lr: 1e-2, hiddenDim: 8 });
    expect(settings).toHaveLength(1 + 3 * 4 * 3);
    expect(settings.every((setting) => setting.lr === undefined && setting.hiddenDim === undefined)).toBe(true);
  });
});

const searchIn = (out: string): SearchRecord =>
  (JSON.parse(readFileSync(join(out, 'training.json'), 'utf8')) as { readonly search: SearchRecord }).search;

describe('train --search', () => {
  it.each([
    ['linear', ['--architecture', 'linear', '--epochs', '2']],
    ['lesson', ['--cell', 'rnn', '--hidden-dim', '8', '--embedding-dim', '8', '--lr', '1e-2']],
  ] as const)('trains with the best setting on the validation rows: %s', async (name, more) => {
    const out = join(cwd, name);
    const args = ['train', '--data', data, '--out', out, '--search', '3', ...more];
    const { status, stdout, stderr } = await inProcess(args);
    expect(status, stderr).toBe(0);
    expect(stderr.match(/^trial \d of 3: F1 /gm)).toHaveLength(3);
    const { trials, chosen } = searchIn(out);
    expect(trials[0]?.setting).toBe('as without a search');
    expect(trials[chosen]?.f1).toBe(Math.max(...trials.map(({ f1 }) => f1 ?? 0)));
    expect(stdout).toMatch(/^search: 3 settings/);
    expect(stdout.match(/^ {2}\* /gm)).toHaveLength(1);
    const { choice } = JSON.parse(readFileSync(join(out, 'training.json'), 'utf8')) as {
      readonly choice: { readonly candidates: readonly { readonly f1: number; readonly loss: number }[] };
    };
    // The model that is saved is that of the trial.
    expect(choice.candidates.map(({ loss }) => loss)).toContain(trials[chosen]?.loss);
  });

  it('gives the same by processes of its own', async () => {
    const out = join(cwd, 'apart');
    const args = ['train', '--data', data, '--out', out, '--search', '3', '--architecture', 'linear', '--epochs', '2'];
    const { status, stderr } = await headwater(args, { cwd });
    expect(status, stderr).toBe(0);
    expect(searchIn(out)).toEqual(searchIn(join(cwd, 'linear')));
  });

  it('refuses the lesson to the letter', async () => {
    const args = ['train', '--data', data, '--out', join(cwd, 'no'), '--search', '3', '--text', 'lesson'];
    const { status, stderr } = await inProcess(args);
    expect(status).toBe(2);
    expect(stderr).toContain('--search has no meaning with --text lesson');
  });
});

describe('a trial in a process of its own', () => {
  const record = { setting: 'lr 0.1', candidate: 'linear', f1: 0.5, accuracy: 0.5, loss: 1 };
  /** A command in place of this one, whose trials do what is written. */
  const command = (name: string, code: string): string[] => {
    const path = join(cwd, `${name}.cjs`);
    writeFileSync(path, `const setting = process.argv.at(-1);\n${code}`);
    return [process.execPath, path];
  };
  const telling = `process.stdout.write(${JSON.stringify(JSON.stringify(record))});`;

  it('fails with the code that it has reported', async () => {
    const failing = (line: string): Promise<unknown> =>
      lastValueFrom(trialProcess(command('failing', `console.error(${JSON.stringify(line)}); process.exit(1);`), {}));
    await expect(failing('headwater: The loss became NaN. [HW_NUMERIC]')).rejects.toMatchObject({ code: 'HW_NUMERIC' });
    await expect(failing('headwater: t.csv has changed. [HW_SOURCE_CHANGED]')).rejects.toMatchObject({
      code: 'HW_SOURCE_CHANGED',
      message: expect.stringContaining('t.csv has changed') as string,
    });
    await expect(failing('Segmentation fault')).rejects.toMatchObject({ code: 'HW_BACKEND' });
  });

  it('is repeated alone if it was ended from outside, and its setting counts as any other', async () => {
    const mark = join(cwd, 'was-ended');
    const once = `const fs = require('node:fs');
      if (setting !== '{}' && !fs.existsSync(${JSON.stringify(mark)})) {
        fs.writeFileSync(${JSON.stringify(mark)}, '');
        process.kill(process.pid, 'SIGKILL');
      } else ${telling}`;
    const stderr = new PassThrough();
    const terminal = { stdout: new PassThrough(), stderr, argv: command('once', once) } as unknown as Terminal;
    // A search for the lesson's model reads nothing else of what is prepared.
    const prepared = { architecture: 'lesson' } as unknown as Prepared;
    const { record: searched } = await lastValueFrom(searchSettings(3, 't.csv', prepared, options, terminal));
    expect(searched.trials).toEqual([record, record, record]);
    stderr.end();
    expect(await text(stderr)).toMatch(/was ended by SIGKILL, .+ It is repeated when the others have ended\.\n/);
  });
});
