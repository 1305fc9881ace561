import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it } from 'vitest';
import type { KernelMachine } from '../../../../src/ops/kernels/simd/machine/KernelMachine.js';
import { kernelModule } from '../../../../src/ops/kernels/simd/machine/kernelModule.js';
import { bitsAfterTraining } from './bitsAfterTraining.js';
import { KillingThreads } from './KillingThreads.js';
import { registerSimd } from './simdBackend.js';

/** Large enough for kernels to take a while. */
const LARGER = { vocabularySize: 5000, embeddingDim: 39, hiddenDim: 65, rows: 150, steps: 4 };

const workersOf = (machine: KernelMachine): Worker[] =>
  machine.threads.workers.filter((worker) => worker instanceof Worker);

describe('a worker that dies within a kernel', () => {
  const killed = { withinTask: 0, withPart: 0 };
  afterAll(() => {
    // Else nothing was tried: kills at random moments hit tasks now and then.
    expect(killed.withinTask).toBeGreaterThan(0);
    expect(killed.withPart).toBeGreaterThan(0);
  });

  it.each([
    ['wide', 'gru'],
    ['relaxed', 'lstm'],
    ['simd', 'rnn'],
  ] as const)('changes no bit of a training (%s, %s)', { timeout: 120_000 }, async (simd, cell) => {
    const { name, machine } = registerSimd(simd, 1);
    const compiled = kernelModule([simd]);
    if (compiled.simd === 'none') throw new Error(compiled.reason);
    await tf.setBackend(name);
    const { threads } = machine;
    const alone = bitsAfterTraining(name, cell, LARGER);
    const killing = new KillingThreads(compiled.module, machine.memory, cell.length + simd.length);
    // A kill at a random moment seldom hits a task with a noted part, so trainings are repeated until one does.
    for (let trainings = 0; trainings < 20 && killing.killed.withPart === 0; trainings++) {
      await killing.start(24);
      Object.defineProperty(machine, 'threads', { value: killing, configurable: true });
      try {
        expect(bitsAfterTraining(name, cell, LARGER)).toEqual(alone);
      } finally {
        Object.defineProperty(machine, 'threads', { value: threads, configurable: true });
        await killing.stop();
      }
    }
    killed.withinTask += killing.killed.withinTask;
    killed.withPart += killing.killed.withPart;
  });
});

describe('a training that loses workers', () => {
  it.each([3, 77])('goes on with fewer, to the same bits, and says so (before kernel %i)', async (kernel) => {
    const told: string[] = [];
    const { name, machine } = registerSimd('simd', 3, undefined, (message) => told.push(message));
    await tf.setBackend(name);
    const whole = bitsAfterTraining(name, 'gru');
    await Promise.all(workersOf(machine).map((worker) => once(worker, 'online')));
    const [first] = workersOf(machine);
    // In the middle of a step: no event can come before its end.
    const run = machine.threads.run.bind(machine.threads);
    let ran = 0;
    machine.threads.run = (...args: Parameters<typeof run>) => {
      if (ran++ === kernel) void first!.terminate();
      run(...args);
    };
    expect(bitsAfterTraining(name, 'gru')).toEqual(whole);
    if (told.length === 0) await once(first!, 'exit');
    expect(told).toEqual([
      expect.stringMatching(/^A worker thread .* continues with 2 threads; the results are the same/),
    ]);
    expect(machine.threads.threads).toBe(2);
    expect(machine.threads.workers).toHaveLength(1);

    await workersOf(machine)[0]!.terminate();
    expect(told[1]).toMatch(/continues with 1 thread;/);
    expect(bitsAfterTraining(name, 'gru')).toEqual(whole);

    // Whoever asks for threads anew gets them.
    machine.threads.threads = 3;
    expect(bitsAfterTraining(name, 'gru')).toEqual(whole);
    expect(machine.threads.workers).toHaveLength(2);
    expect(told).toHaveLength(2);
  });
});
