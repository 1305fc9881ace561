import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerOps } from '../../src/ops/registerOps.js';

const root = resolve(import.meta.dirname, '../..');

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('stock gradients', () => {
  it('are registered only when they are asked for', async () => {
    registerOps();
    expect(tf.getGradient('Mean') as unknown).toBeUndefined();
    const own: tf.GradConfig = { kernelName: 'Relu6', gradFunc: () => ({}) };
    tf.registerGradient(own);
    await registerOps({ stockGradients: true });
    expect(tf.getGradient('Mean')).toMatchObject({ kernelName: 'Mean' });
    // What the application has registered stays.
    expect(tf.getGradient('Relu6')).toBe(own);
  });

  it('are those of the equations', async () => {
    await registerOps({ stockGradients: true });
    const x = tf.tensor3d([1, 2, -3], [1, 3, 1]);
    // d mean(relu(x)) / dx is a third where x is above 0.
    expect(
      Array.from(
        tf
          .grad((v) => tf.mean(tf.relu(v)))(x)
          .dataSync(),
      ),
    ).toEqual([1 / 3, 1 / 3, 0].map(Math.fround));
    // y[t] = w0·x[t] + w1·x[t+1], with 0 after the end: dw0 = Σ x[t], dw1 = Σ x[t+1].
    const convolved = (w: tf.Tensor): tf.Tensor => tf.sum(tf.conv1d(x, w as tf.Tensor3D, 1, 'same'));
    expect(
      Array.from(
        tf
          .grad(convolved)(tf.ones([2, 1, 1]))
          .dataSync(),
      ),
    ).toEqual([0, -1]);
  });

  // What is tested above is the source; this is what the package brings.
  const program = `
    import * as tf from '@tensorflow/tfjs-core';
    import { registerBackend, registerOps } from '${join(root, 'dist/entries/ops.js')}';
    registerBackend({ simd: 'none' });
    await registerOps({ stockGradients: true });
    await tf.setBackend('headwater');
    console.log(Array.from(tf.grad((x) => tf.mean(tf.square(x)))(tf.tensor1d([1, 3])).dataSync()).join());
  `;

  it.each([
    ['by Node', false],
    ['by a bundler', true],
  ])('are found in the built package %s', async (_, bundled) => {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-gradients-'));
    try {
      const file = join(folder, 'program.mjs');
      writeFileSync(file, program);
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
      let run = file;
      if (bundled) {
        run = join(folder, 'bundle.mjs');
        const banner = {
          js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
        };
        await build({ entryPoints: [file], outfile: run, bundle: true, format: 'esm', platform: 'node', banner });
        // Nothing that the bundle needs is beside it.
        rmSync(join(folder, 'node_modules'));
      }
      expect(execFileSync(process.execPath, [run], { encoding: 'utf8' })).toMatch(/^1,3$/m);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
