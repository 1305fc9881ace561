import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { describeOnWebgpu, loseDevice } from '../../ops/webgpu/webgpu.js';
import { headwater, workFolder } from '../headwater.js';
import { inProcess } from '../inProcess.js';
import { TINY_SIZES, trainTiny } from '../tiny.js';

const cwd = workFolder();

beforeAll(() => trainTiny(cwd));

const onWebgpu = ['--backend', 'webgpu'];
const training = (out: string, ...options: readonly string[]) =>
  inProcess(['train', '--data', join(cwd, 'tiny.csv'), '--out', join(cwd, out), ...TINY_SIZES, ...options]);

it('fails in words where there is no driver', async () => {
  const { status, stdout, stderr } = await headwater(['predict', '--model', 'model', ...onWebgpu, 'The final'], {
    cwd,
    env: { VK_DRIVER_FILES: '/nonexistent' },
  });
  expect([status, stdout]).toEqual([1, '']);
  // Dawn and the Vulkan loader say a word of their own before it.
  expect(stderr).toMatch(
    /(^|\n)headwater: No driver for WebGPU was found\. .+VK_DRIVER_FILES.+--backend headwater\. \[HW_BACKEND\]\n$/,
  );
});

describeOnWebgpu('--backend webgpu', () => {
  it('trains what the embedded backend trains, and ends by itself', async () => {
    const args = ['train', '--data', 'tiny.csv', ...TINY_SIZES, '--epochs', '2'];
    const env = { VK_DRIVER_FILES: process.env['VK_DRIVER_FILES'] ?? '' };
    const [found, wanted] = [
      await headwater([...args, '--out', 'gpu', ...onWebgpu], { cwd, env }),
      await headwater([...args, '--out', 'embedded'], { cwd }),
    ];
    expect([found.status, wanted.status]).toEqual([0, 0]);
    expect(found.stderr).toMatch(/^backend: webgpu \(asked for by name; .+\)\n/);
    // Within what is told of a loss: three places.
    expect(found.stderr.match(/validation \d\.\d\d/g)).toEqual(wanted.stderr.match(/validation \d\.\d\d/g));
    expect(readdirSync(join(cwd, 'gpu'))).toEqual(readdirSync(join(cwd, 'embedded')));
  }, 120_000);

  it('measures and predicts with a model that was trained elsewhere', async () => {
    const on = (...args: readonly string[]) => inProcess([args[0]!, '--model', join(cwd, 'model'), ...args.slice(1)]);
    const measured = await on('evaluate', '--data', join(cwd, 'tiny.csv'), ...onWebgpu);
    expect(measured.status).toBe(0);
    expect(measured.stdout.replace(/loss .*/, '')).toBe(
      (await on('evaluate', '--data', join(cwd, 'tiny.csv'))).stdout.replace(/loss .*/, ''),
    );
    const titles = ['The final tennis tournament starts next week', 'Shares fall'];
    const classified = await on('predict', ...onWebgpu, '--format', 'csv', ...titles);
    expect(classified.stdout.split('\n').map((line) => line.split(',').slice(0, 2))).toEqual(
      (await on('predict', '--format', 'csv', ...titles)).stdout.split('\n').map((line) => line.split(',').slice(0, 2)),
    );
  }, 120_000);

  it('answers the lines of stdin in their order', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `Report ${i} of the final on day ${i % 7}`);
    const classified = (...args: readonly string[]) =>
      inProcess(['predict', '--model', join(cwd, 'model'), '--format', 'csv', ...args], `${lines.join('\n')}\n`);
    const titles = ({ stdout }: { readonly stdout: string }): readonly string[] =>
      stdout
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[0]!);
    expect(titles(await classified(...onWebgpu))).toEqual(lines);
  }, 120_000);

  it('refuses what needs its answers at once', async () => {
    const { status, stderr } = await inProcess(['watch', '-', '--model', join(cwd, 'model'), ...onWebgpu]);
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(/arrive later\. Use --backend headwater\. \[HW_USAGE\]\n$/),
    ]);
  }, 120_000);

  // The last one: what follows would have to wait for another device.
  it('ends with status 1 where the device is lost mid-epoch, leaves the artifacts that are there as they are, and names the last checkpoint', async () => {
    expect((await training('kept', '--epochs', '1')).status).toBe(0);
    const files = (): readonly string[] =>
      readdirSync(join(cwd, 'kept'))
        .filter((name) => name !== 'current' && name !== 'generations' && name !== 'checkpoints')
        .map((name) => readFileSync(join(cwd, 'kept', name), 'base64'));
    const before = files();
    loseDevice(600);
    const { status, stderr } = await training('kept', '--epochs', '3', '--checkpoint-every', '5', ...onWebgpu);
    expect(status).toBe(1);
    expect(stderr).toMatch(/epoch 1\/3/);
    expect(stderr).not.toMatch(/epoch 3\/3/);
    expect(stderr).toMatch(
      /headwater: The WebGPU device .+ use --backend headwater\. The last checkpoint is .+kept\/checkpoints\/checkpoint-.+ \(gru: epoch [123], .+\): the same command with --resume continues from it\. \[HW_BACKEND\]\n$/,
    );
    expect(files()).toEqual(before);
  }, 120_000);
});
