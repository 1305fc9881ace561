import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { LabelledBatch } from '../../../../src/contracts/rows/PaddedBatch.js';
import { random } from '../../../../src/contracts/random.js';
import { classifier } from '../../../../src/models/classifier.js';
import { classifierConfig } from '../../../../src/models/ClassifierConfig.js';
import type { KernelMachine } from '../../../../src/ops/kernels/simd/machine/KernelMachine.js';
import { KernelMemory } from '../../../../src/ops/kernels/simd/machine/KernelMemory.js';
import { kernelModule } from '../../../../src/ops/kernels/simd/machine/kernelModule.js';
import { MOST_THREADS } from '../../../../src/ops/kernels/simd/machine/KernelThreads.js';
import { webAssembly } from '../../../../src/ops/kernels/simd/machine/webAssembly.js';
import { linear } from '../../../../src/ops/layers/linear.js';
import { registerSimd } from './simdBackend.js';

const batchOf = (size: number, seed: number): LabelledBatch => {
  const dice = random(seed, 'test');
  const lengths = Int32Array.from({ length: size }, () => 1 + dice.below(9));
  const time = Math.max(...lengths);
  const tokens = Int32Array.from({ length: size * time }, (_, i) =>
    i % time < lengths[Math.floor(i / time)]! ? 1 + dice.below(299) : 0,
  );
  return {
    size,
    time,
    tokens,
    lengths,
    ids: Int32Array.from({ length: size }, (_, i) => i),
    labels: Int32Array.from({ length: size }, () => dice.below(3)),
  };
};

/** All bits of the weights, the optimizer's state and a prediction after some steps. */
const bitsAfterTraining = (
  backend: string,
  cell: 'rnn' | 'gru' | 'lstm',
): readonly (readonly [string, Uint8Array])[] => {
  const model = classifier(
    classifierConfig({
      cell,
      bidirectional: true,
      vocabularySize: 300,
      classes: 3,
      embeddingDim: 19,
      hiddenDim: 37,
      fcDim: 21,
    }),
    { seed: 5, backend },
  );
  for (let step = 0; step < 5; step++) model.trainBatch(batchOf(67, step), { epoch: 1, step, learningRate: 0.01 });
  const bits = (values: Float32Array): Uint8Array => new Uint8Array(values.slice().buffer);
  const all = [...model.stateDict(), ...model.optimizerState()].map(([name, { data }]) => [name, bits(data)] as const);
  const predicted = ['prediction', bits(model.predictBatch(batchOf(67, 99)))] as const;
  model.dispose();
  return [...all, predicted];
};

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

  it('that end give an error with the next computation, not a wrong result', async () => {
    const { name, machine } = registerSimd('simd', 2, 1000);
    await tf.setBackend(name);
    product();
    const [worker] = nodeWorkers(machine);
    await once(worker!, 'online');
    await worker!.terminate();
    expect(product).toThrow(expect.objectContaining({ code: 'HW_BACKEND' }));
    expect(product).toThrow(/worker thread .* ended/);
  });

  it('that are killed within a job give an error after the time allowed, not a hang', async () => {
    const { name, machine } = registerSimd('relaxed', 2, 500);
    await tf.setBackend(name);
    product();
    const [worker] = nodeWorkers(machine);
    await once(worker!, 'online');
    // As if it had been killed between entering and leaving: it will never leave.
    machine.memory.ints(1152, 1)[0] = 1;
    const start = Date.now();
    expect(product).toThrow(expect.objectContaining({ code: 'HW_BACKEND' }));
    expect(Date.now() - start).toBeLessThan(10_000);
    expect(product).toThrow(/has not answered for 0\.5 s/);
  });

  it('that are killed at any moment never make a computation hang or wrong', async () => {
    const { name, machine } = registerSimd('simd', 3, 700);
    await tf.setBackend(name);
    product();
    await Promise.all(nodeWorkers(machine).map((worker) => once(worker, 'online')));
    const ended = Promise.all(nodeWorkers(machine).map((worker) => worker.terminate()));
    for (let i = 0; i < 300; i++) {
      try {
        product();
      } catch (error) {
        expect(error).toMatchObject({ code: 'HW_BACKEND' });
        break;
      }
    }
    await ended;
    expect(product).toThrow(expect.objectContaining({ code: 'HW_BACKEND' }));
  });

  it('keep no process alive', () => {
    const root = join(import.meta.dirname, '../../../..');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'oneComputation.ts')],
      { cwd: root, encoding: 'utf8', timeout: 25_000 },
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('64 on 2\n');
    expect(status).toBe(0);
  });
});
