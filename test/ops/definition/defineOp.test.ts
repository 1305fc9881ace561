import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { registerKernels } from '../../../src/ops/definition/defineOp.js';
import { gatherLast, gatherLastOp } from '../../../src/ops/layers/gatherLast.js';
import { gatherLastKernels } from '../../../src/ops/kernels/headwater/layers/gatherLast.js';
import { RECURRENT_OPS } from '../../../src/ops/recurrent/internal/recurrentOps.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { registerOps } from '../../../src/ops/registerOps.js';

/** The tests of this file run in order: a backend without kernels of ours comes to have them. */
describe('an op', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const output = (): tf.Tensor3D => tf.tensor3d([1, 2, 3, 4], [2, 2, 1]);

  beforeAll(async () => {
    registerOps();
    await tf.setBackend('cpu');
    tf.zeros([1]).dispose(); // tfjs's notice is out of the way
    warn.mockClear();
  });

  it('runs as its composition on a backend that has no kernel for it, which then has one', () => {
    expect(tf.getKernel(gatherLastOp.name, 'cpu')).toBeUndefined();
    expect([...tf.tidy(() => gatherLast(output(), Int32Array.of(2, 1))).dataSync()]).toEqual([2, 3]);
    expect(tf.getKernel(gatherLastOp.name, 'cpu')).toBeDefined();
  });

  it('takes a faster kernel in its place without a word, and keeps its one gradient', () => {
    const counted = gatherLastKernels.map(({ kernelName, kernelFunc }) => ({
      kernelName,
      kernelFunc: vi.fn(kernelFunc),
    }));
    registerKernels('cpu', counted);
    tf.tidy(() => {
      const gradient = tf.grad((x) => gatherLast(x, Int32Array.of(2, 1)))(output(), tf.tensor2d([5, 6], [2, 1]));
      expect([...gradient.dataSync()]).toEqual([0, 5, 6, 0]);
    });
    for (const { kernelFunc } of counted) expect(kernelFunc).toHaveBeenCalledTimes(1);
    expect(warn).not.toHaveBeenCalled();
  });

  it('has its reference kernel on the embedded backend, though the backend that was copied had a composition', () => {
    const onCpu = tf.getKernel(gatherLastOp.name, 'cpu').kernelFunc;
    registerBackend();
    expect(tf.getKernel(gatherLastOp.name, 'headwater').kernelFunc).toBe(gatherLastKernels[0]!.kernelFunc);
    expect(tf.getKernel(gatherLastOp.name, 'cpu').kernelFunc).toBe(onCpu);
    expect(warn).not.toHaveBeenCalled();
  });

  it.each(['cpu', 'headwater'])('keeps nothing for a backward pass where none can follow: on %s', async (backend) => {
    await tf.setBackend(backend);
    tf.tidy(() => {
      const inputs = {
        x: tf.ones([2, 3, 4]),
        weight_ih_l0: tf.ones([6, 4]),
        weight_hh_l0: tf.ones([6, 2]),
        bias_ih_l0: tf.ones([6]),
        bias_hh_l0: tf.ones([6]),
      };
      const run = (reserve: boolean): readonly tf.Tensor[] =>
        RECURRENT_OPS.gru.layer.run(inputs, {
          lengths: Int32Array.of(3, 1),
          overPadding: false,
          fromState: false,
          reserve,
        });
      const [output, hidden, empty] = run(false);
      const [sameOutput, sameHidden, reserve] = run(true);
      expect(empty!.size).toBe(0);
      expect(reserve!.size).toBeGreaterThan(0);
      expect([...output!.dataSync()]).toEqual([...sameOutput!.dataSync()]);
      expect([...hidden!.dataSync()]).toEqual([...sameHidden!.dataSync()]);
    });
  });
});
