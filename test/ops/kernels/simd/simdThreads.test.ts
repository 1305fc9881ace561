import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { KernelMachine } from '../../../../src/ops/kernels/simd/machine/KernelMachine.js';
import { KernelMemory } from '../../../../src/ops/kernels/simd/machine/KernelMemory.js';
import { kernelModule } from '../../../../src/ops/kernels/simd/machine/kernelModule.js';
import { MOST_THREADS } from '../../../../src/ops/kernels/simd/machine/mostThreads.js';
import { webAssembly } from '../../../../src/ops/kernels/simd/machine/webAssembly.js';
import { linear } from '../../../../src/ops/layers/linear.js';
import { bitsAfterTraining } from './bitsAfterTraining.js';
import { registerSimd } from './simdBackend.js';

describe('determinism', () => {
  for (const simd of ['wide', 'relaxed', 'simd'] as const) {
    const { name, machine } = registerSimd(simd, 1);
    it.each(['rnn', 'gru', 'lstm'] as const)(
      `${simd}: the same bytes run after run and for every number of threads (%s)`,
      async (cell) => {
        await tf.setBackend(name);
        machine.threads.threads = 1;
        const alone = bitsAfterTraining(name, cell);
        for (const threads of [2, 3, 1, 5, 2, 2]) {
          machine.threads.threads = threads;
          expect(bitsAfterTraining(name, cell)).toEqual(alone);
        }
        expect(machine.threads.workers).toHaveLength(4);
      },
    );
  }

  // A training that began on one version of Node may so go on on another.
  it.each(['rnn', 'gru', 'lstm'] as const)('wide kernels give the bytes of relaxed ones (%s)', async (cell) => {
    const bits = [];
    for (const simd of ['wide', 'relaxed'] as const) {
      const { name } = registerSimd(simd, 2);
      await tf.setBackend(name);
      bits.push(bitsAfterTraining(name, cell));
    }
    expect(bits[0]).toEqual(bits[1]);
  });
});

/** Here they are Node's. */
const nodeWorkers = (machine: KernelMachine): Worker[] =>
  machine.threads.workers.filter((worker) => worker instanceof Worker);

describe('workers', () => {
  it.each(['wide', 'relaxed', 'simd'] as const)(
    'have a place of their own for a tile, as many as there may be threads (%s)',
    (simd) => {
      const compiled = kernelModule([simd]);
      if (compiled.simd === 'none') throw new Error(compiled.reason);
      const { memory } = new KernelMemory();
      const { exports } = new webAssembly!.Instance(compiled.module, { env: { memory } });
      expect(exports).toHaveProperty('MOST_THREADS.value', MOST_THREADS);
    },
  );

  const product = (): void => {
    const values = tf.tidy(() => linear(tf.ones([200, 64]), tf.ones([64, 64]), tf.zeros([64])).dataSync());
    expect(new Set(values)).toEqual(new Set([64]));
  };

  it('that live but do not answer give an error after the time allowed, not a hang', async () => {
    const { name, machine } = registerSimd('relaxed', 2, 500);
    await tf.setBackend(name);
    product();
    const [worker] = nodeWorkers(machine);
    await once(worker!, 'online');
    // As if it stood still between entering and leaving.
    machine.memory.ints(1152, 1)[0] = 1;
    const start = Date.now();
    expect(product).toThrow(expect.objectContaining({ code: 'HW_BACKEND' }));
    expect(Date.now() - start).toBeLessThan(10_000);
    expect(product).toThrow(/has not answered for 0\.5 s/);
  });

  it('that are killed at any moment never make a computation hang, wrong or fail', async () => {
    const told: string[] = [];
    const { name, machine } = registerSimd('simd', 3, 700, (message) => told.push(message));
    await tf.setBackend(name);
    product();
    await Promise.all(nodeWorkers(machine).map((worker) => once(worker, 'online')));
    const ended = Promise.all(nodeWorkers(machine).map((worker) => worker.terminate()));
    for (let i = 0; i < 300; i++) product();
    await ended;
    product();
    expect(told).toHaveLength(2);
    expect(machine.threads.threads).toBe(1);
  });

  it('keep no process alive', () => {
    const root = join(import.meta.dirname, '../../../..');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'oneComputation.ts')],
      { cwd: root, encoding: 'utf8', timeout: 100_000 },
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('64 on 2\n');
    expect(status).toBe(0);
  });
});
