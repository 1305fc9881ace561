import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeOnWebgpu } from '../../ops/webgpu/webgpu.js';
import { curve, readEvent, readRecords, type ReadEvent } from '../../sinks/tensorboard/readEvents.js';
import { tensorflow } from '../../tensorflow.js';
import { inProcess } from '../inProcess.js';
import { MAIN, workFolder } from '../headwater.js';
import { TINY_CSV, TINY_SIZES } from '../tiny.js';

const cwd = workFolder();
beforeAll(() => writeFileSync(join(cwd, 'tiny.csv'), TINY_CSV));

/** The files of the runs in a folder. */
const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const eventsOf = (folder: string): readonly ReadEvent[] =>
  filesIn(folder).flatMap((file) => readRecords(readFileSync(file)).map(readEvent));

const train = (out: string, ...options: readonly string[]) =>
  inProcess([
    'train',
    '--data',
    join(cwd, 'tiny.csv'),
    '--out',
    join(cwd, out),
    ...TINY_SIZES,
    '--epochs',
    '2',
    ...options,
  ]);

/** Trains on a backend, and holds the curves to what was told of the training. */
const writesTheCurves = async (backend: string): Promise<void> => {
  const runs = join(cwd, `runs-${backend}`);
  const { status, stdout } = await train(`model-${backend}`, '--backend', backend, '--tensorboard', runs, '--json');
  expect(status).toBe(0);
  const told = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const epochs = told.filter(({ type }) => type === 'epoch');
  const steps = told.filter(({ type }) => type === 'step');
  const events = eventsOf(runs);
  const asPoints = (field: string) => epochs.map((epoch) => [epoch['epoch'], Math.fround(Number(epoch[field]))]);
  expect(epochs.length).toBe(2);
  expect(curve(events, 'loss/train')).toEqual(asPoints('trainLoss'));
  expect(curve(events, 'loss/validation')).toEqual(asPoints('validationLoss'));
  expect(curve(events, 'accuracy/validation')).toEqual(asPoints('validationAccuracy'));
  expect(curve(events, 'macro_f1/validation')).toEqual(asPoints('validationMacroF1'));
  expect(curve(events, 'loss/step')).toEqual(steps.map(({ loss }, index) => [index, Math.fround(Number(loss))]));
  const performance = told.at(-1)?.['performance'] as { readonly overall: { readonly f1: number } };
  expect(curve(events, 'f1/test').map(([, f1]) => f1)).toEqual([Math.fround(performance.overall.f1)]);
  expect(events.flatMap(({ values }) => values['configuration'] ?? []).join('')).toContain(`| backend | ${backend} |`);
};

describeOnWebgpu('--tensorboard', () => {
  it('writes the curves of a training on the backend webgpu', () => writesTheCurves('webgpu'), 120_000);
});

describe('--tensorboard', () => {
  it.each(['headwater', 'cpu', ...tensorflow])('writes the curves of a training on the backend %s', writesTheCurves);

  it('makes a run for each training', async () => {
    for (const cell of ['rnn', 'rnn', 'lstm'])
      expect((await train('model-runs', '--cell', cell, '--tensorboard', join(cwd, 'runs'))).status).toBe(0);
    expect(readdirSync(join(cwd, 'runs')).map((name) => name.split('-')[0])).toEqual(['lstm', 'rnn', 'rnn']);
  });

  it('is refused where a file is in the way, before anything is read', async () => {
    const { status, stderr } = await train('model-refused', '--tensorboard', join(cwd, 'tiny.csv'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^headwater: .*tiny\.csv is a file, but the output needs a folder\..*\[HW_PATH\]\n$/);
    expect(existsSync(join(cwd, 'model-refused'))).toBe(false);
  });

  it('leaves whole records where the disk takes no more, and says so', ({ skip }) => {
    if (process.platform === 'win32') return skip('There is no ulimit here.');
    // Eight blocks of 512 or 1,024 bytes are more than the settings take, and less than all epochs.
    const command =
      `ulimit -f 8; exec "${process.execPath}" "${MAIN}" train --data tiny.csv --out model-full ` +
      `${TINY_SIZES.join(' ')} --epochs 40 --patience 40 --tensorboard runs-full`;
    const { status, stderr } = spawnSync('sh', ['-c', command], {
      cwd,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: cwd },
    });
    expect(stderr).toMatch(
      /^TensorBoard's events could not be written to runs-full: EFBIG.* The work continues without it\. \[HW_WRITE\]$/m,
    );
    expect(status).toBe(1);
    const [file = ''] = filesIn(join(cwd, 'runs-full'));
    const whole = readRecords(readFileSync(file));
    expect(whole.length).toBeGreaterThan(3);
    expect(whole.reduce((bytes, record) => bytes + record.length + 16, 0)).toBe(statSync(file).size);
  });
});
