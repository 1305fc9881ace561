import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { setupsFolder } from '../../../src/provision/tensorflow/SetupKey.js';
import { findSetups, MANIFEST } from '../../../src/provision/tensorflow/SetupManifest.js';
import { describeWithTensorflow } from '../../tensorflow.js';

const folder = mkdtempSync(join(tmpdir(), 'headwater-setups-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const index = resolve(import.meta.dirname, '../../../src/index.ts');

/**
 * Selects the backend in a process of its own, since a library stays where it was once loaded; gives what came of it.
 */
const select = async (setups: string): Promise<unknown> => {
  const script = `
    const { selectBackend } = await import(${JSON.stringify(index)});
    const util = await import('node:util');
    const tf = await import('@tensorflow/tfjs-core');
    const before = Object.keys(util).length;
    const selected = await selectBackend('tensorflow')();
    const current = tf.engine().backendName;
    console.log(JSON.stringify({ ...(selected.right ?? { code: selected.left.code, message: selected.left.message }), current, utilChanged: Object.keys(util).length !== before }));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    { env: { ...process.env, HEADWATER_TENSORFLOW_DIR: setups }, cwd: resolve(import.meta.dirname, '../../..') },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
};

const put = (name: string, manifest: object): void => {
  mkdirSync(join(folder, name, 'package/lib/napi-v8'), { recursive: true });
  writeFileSync(join(folder, name, MANIFEST), JSON.stringify(manifest));
  writeFileSync(join(folder, name, 'package/lib/napi-v8/tfjs_binding.node'), 'no library');
};

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

describe('libtensorflow is refused with the remedy where', () => {
  it('nothing is set up', async () => {
    expect(await select(join(folder, 'none'))).toMatchObject({
      code: 'HW_BACKEND',
      message:
        'No TensorFlow backend loads (there is no set-up of it, and no package of it is ' +
        'installed). Run headwater setup tensorflow, or use --backend headwater.',
    });
  });

  it('what is set up is unfinished, for another processor, for a GPU without a driver, or no library', async () => {
    put('unfinished.partial', manifest);
    put('other', { ...manifest, arch: 'mips' });
    put('gpu', { ...manifest, gpu: true });
    put('broken', manifest);
    const { code, message } = (await select(folder)) as { readonly code: string; readonly message: string };
    expect(code).toBe('HW_BACKEND');
    expect(message).toMatch(/unfinished\.partial: it is not finished\. Run headwater setup tensorflow again/);
    expect(message).toMatch(/other: it was made for \w+ on mips, and this is .+ on this machine/);
    expect(message).toMatch(/broken: .*tfjs_binding\.node/);
    const hasDriver = spawnSync('nvidia-smi', ['-L'], { stdio: 'ignore' }).status === 0;
    expect(message).toMatch(
      hasDriver
        ? /gpu: .*tfjs_binding\.node/
        : /gpu: it is for NVIDIA GPUs, and no driver answers \(nvidia-smi\)\. Install the driver, or run headwater setup tensorflow without --gpu/,
    );
  });
});

describeWithTensorflow('libtensorflow that is set up', () => {
  it('loads, says what it is, and neither becomes the current backend nor changes util', async () => {
    expect(findSetups(setupsFolder())[0]).toMatchObject({ state: 'ready' });
    expect(await select(setupsFolder())).toEqual({
      name: 'tensorflow',
      reason: expect.stringMatching(/^asked for by name; libtensorflow [\d.]+ .*, on the (processor|GPU)$/) as string,
      utilChanged: false,
    });
  });
});
