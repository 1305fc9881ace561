import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseBackend } from '../../../src/cli/backends/chooseBackend.js';
import type { SelfTestResult, SelfTestTask, Workload } from '../../../src/cli/backends/selfTest.js';
import { classifierConfig } from '../../../src/models/ClassifierConfig.js';
import type { SelectedBackend } from '../../../src/ops/backends/selectBackend.js';
import type { RunCommand } from '../../../src/provision/host/runCommand.js';
import { tensorflow } from '../../tensorflow.js';

let home: string;
let tested: SelfTestTask[];
let results: Readonly<Record<string, SelfTestResult | undefined>>;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'headwater-choose-'));
  tested = [];
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const memory = (): string => join(home, 'headwater/backend.json');
const passed = (rowsPerSecond: number): SelfTestResult => ({ passed: true, rowsPerSecond });

/** A set-up as far as choosing looks at one. */
const setUp = (): void => {
  const folder = join(home, 'headwater/tensorflow/2.21.0');
  mkdirSync(folder, { recursive: true });
  const manifest = {
    format: 1,
    version: '2.21.0',
    gpu: false,
    platform: process.platform,
    arch: process.arch,
    napi: 8,
    package: 'p',
    wheelSha256: 'w',
    device: 'cpu',
    files: {},
  };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
};

const run: RunCommand = (_command, args) => {
  const task = JSON.parse(args[1] ?? '') as SelfTestTask;
  tested.push(task);
  const result = results[task.backend];
  return Promise.resolve(
    result === undefined
      ? { status: 132, stdout: '', stderr: 'Illegal instruction' }
      : { status: 0, stdout: `${JSON.stringify(result)}\n`, stderr: '' },
  );
};

const SIZE = { vocabularySize: 5000, classes: 4, hiddenDim: 128 };
const workload = (more: Partial<Workload> = {}, hiddenDim = 128): Workload => ({
  config: classifierConfig({ ...SIZE, hiddenDim }),
  batchSize: 64,
  work: 'train',
  deferred: false,
  ...more,
});

const choose = (of: Workload = workload()): Promise<SelectedBackend> =>
  firstValueFrom(chooseBackend(of, { XDG_CACHE_HOME: home }, run));

describe('auto', () => {
  it('is the embedded backend, untested, where nothing else is there', async () => {
    results = {};
    expect(await choose()).toEqual({
      name: 'headwater',
      reason: expect.stringMatching(/^the embedded default; /) as string,
    });
    expect(tested).toEqual([]);
  });

  it('takes the fastest that passes, says why, and remembers it', async () => {
    setUp();
    results = { headwater: passed(9378), tensorflow: passed(1574) };
    expect(await choose()).toEqual({
      name: 'headwater',
      reason: expect.stringMatching(
        /^the fastest here at this size, 9,378 rows\/s, tensorflow 1,574 rows\/s; (WebAssembly|the reference)/,
      ) as string,
    });
    expect(tested.map(({ backend }) => backend)).toEqual(['tensorflow', 'headwater']);
    expect(await choose()).toEqual({
      name: 'headwater',
      reason: expect.stringMatching(
        /^as found on \d{4}-\d\d-\d\d: the fastest here at this size, 9,378 rows\/s/,
      ) as string,
    });
    expect(tested).toHaveLength(2);
  });

  it('chooses anew for another size, other work and other threads, and not for about the same', async () => {
    setUp();
    results = { headwater: passed(2), tensorflow: passed(1) };
    const testsFor = async (of: Workload): Promise<number> => {
      tested = [];
      await choose(of);
      return tested.length;
    };
    expect(await testsFor(workload())).toBe(2);
    expect(await testsFor(workload({}, 120))).toBe(0);
    expect(await testsFor(workload({}, 129))).toBe(2);
    expect(await testsFor(workload({ work: 'predict' }))).toBe(2);
    expect(await testsFor(workload({ batchSize: 512 }))).toBe(2);
    expect(await testsFor(workload({ threads: 1 }))).toBe(2);
  });

  it.each([
    [
      'computes other numbers',
      { passed: false, fault: 'numbers', reason: "Its numbers are not the reference's: they are off by 0.3." },
      /tensorflow is refused: Its numbers are not the reference's: they are off by 0\.3;/,
    ],
    [
      'ends the process that tests it',
      undefined,
      /tensorflow is refused: It ended the process that tested it \(status 132\);/,
    ],
  ] as const)('refuses by name one that %s', async (_, result, expected) => {
    setUp();
    results = { headwater: passed(10), tensorflow: result };
    const { name, reason } = await choose();
    expect(name).toBe('headwater');
    expect(reason).toMatch(expected);
  });

  it.each([
    ['does not load', { passed: false, fault: 'absent', reason: 'No TensorFlow backend loads.' }],
    ['ends the process that tests it', undefined],
  ] as const)('tests one again that %s, since it may have been mended', async (_, result) => {
    setUp();
    results = { headwater: passed(10), tensorflow: result };
    await choose();
    tested = [];
    results = { headwater: passed(10), tensorflow: passed(1) };
    expect((await choose()).reason).toMatch(/^the fastest here at this size, 10 rows\/s, tensorflow 1 rows\/s;/);
    expect(tested.map(({ backend }) => backend)).toEqual(['tensorflow', 'headwater']);
    await choose();
    expect(tested).toHaveLength(2);
  });

  it('remembers that one computes other numbers', async () => {
    setUp();
    results = {
      headwater: passed(10),
      tensorflow: { passed: false, fault: 'numbers', reason: 'Its numbers are off.' },
    };
    await choose();
    expect((await choose()).reason).toMatch(/^as found on .*tensorflow is refused: Its numbers are off/);
    expect(tested).toHaveLength(1);
  });

  it('takes the other where the embedded one is refused', async () => {
    setUp();
    results = {
      headwater: { passed: false, fault: 'numbers', reason: 'Its numbers are off.' },
      tensorflow: passed(10),
    };
    expect(await choose()).toMatchObject(
      tensorflow.length > 0
        ? {
            name: 'tensorflow',
            reason: expect.stringMatching(
              /^the fastest here at this size, 10 rows\/s; headwater is refused: Its numbers are off; libtensorflow/,
            ) as string,
          }
        : { name: 'headwater' },
    );
  });

  it('tests WebGPU where results may come later and a driver is named, and says nothing of one that finds no device', async () => {
    results = {
      headwater: passed(10),
      webgpu: { passed: false, fault: 'absent', reason: 'No driver for WebGPU was found.' },
    };
    const env = { XDG_CACHE_HOME: home, VK_DRIVER_FILES: '/nowhere/icd.json' };
    expect(await firstValueFrom(chooseBackend(workload({ deferred: true }), env, run))).toMatchObject({
      name: 'headwater',
      reason: expect.stringMatching(/^the embedded default; /) as string,
    });
    expect(tested.map(({ backend }) => backend)).toEqual(['webgpu']);
    expect(await firstValueFrom(chooseBackend(workload({ deferred: true }), env, run))).toMatchObject({
      name: 'headwater',
      reason: expect.stringMatching(/^the embedded default; /) as string,
    });
    expect(tested).toHaveLength(1);
    await firstValueFrom(
      chooseBackend(workload({ deferred: true }), { ...env, VK_DRIVER_FILES: '/nowhere/other.json' }, run),
    );
    expect(tested).toHaveLength(2);
    await firstValueFrom(chooseBackend(workload({ deferred: false }), env, run));
    expect(tested).toHaveLength(2);
  });

  it('makes a memory that is damaged anew', async () => {
    setUp();
    results = { headwater: passed(2), tensorflow: passed(1) };
    for (const damage of ['{', '{"format":2}', '{"format":1,"choices":{"a":{"name":"abacus"}}}']) {
      tested = [];
      writeFileSync(memory(), damage);
      expect((await choose()).name).toBe('headwater');
      expect(tested).toHaveLength(2);
      expect(JSON.parse(readFileSync(memory(), 'utf8'))).toMatchObject({ format: 1 });
    }
  });

  it.runIf(tensorflow.length > 0)('loads libtensorflow where that is the fastest', async () => {
    setUp();
    results = { headwater: passed(100), tensorflow: passed(335) };
    expect(await choose()).toEqual({
      name: 'tensorflow',
      reason: expect.stringMatching(
        /^the fastest here at this size, 335 rows\/s, headwater 100 rows\/s; libtensorflow /,
      ) as string,
    });
  });
});
