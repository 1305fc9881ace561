import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { boundBufferPool } from '../../../src/ops/backends/boundBufferPool.js';
import { selectBackend } from '../../../src/ops/backends/selectBackend.js';
import { backendInUse, describeOnWebgpu } from './webgpu.js';

describeOnWebgpu('the WebGPU backend', () => {
  it('is the same when it is asked for again, says what it computes on, and leaves no navigator behind', async () => {
    const before = backendInUse();
    const again = await selectBackend('webgpu')();
    expect(again).toMatchObject({
      _tag: 'Right',
      right: { name: 'webgpu', reason: expect.stringMatching(/^asked for by name; .{3,}/) as unknown },
    });
    expect(backendInUse()).toBe(before);
    expect((globalThis as { navigator?: { gpu?: unknown } }).navigator?.gpu).toBeUndefined();
  });

  it('computes what stock ops compute', async () => {
    await tf.setBackend('webgpu');
    const [a, b] = [tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])];
    const product = tf.matMul(a, b);
    expect([...(await product.data())]).toEqual([19, 22, 43, 50]);
    tf.dispose([a, b, product]);
  });

  it('frees buffers whose sizes do not come again', async () => {
    await tf.setBackend('webgpu');
    const { bufferManager } = backendInUse();
    const waiting = (): number => bufferManager.numBytesAllocated - bufferManager.numBytesUsed;
    boundBufferPool(bufferManager, 2 ** 16);
    const sums: number[] = [];
    for (let size = 1000; size < 1040; size++) {
      const sum = tf.tidy(() => tf.sum(tf.mul(tf.range(0, size, 1), tf.range(0, size, 1))));
      sums.push((await sum.data())[0]! / (((size - 1) * size * (2 * size - 1)) / 6));
      sum.dispose();
      expect(waiting()).toBeLessThanOrEqual(2 ** 16);
    }
    // What is freed was not in use any more.
    for (const sum of sums) expect(sum).toBeCloseTo(1, 4);
  });
});
