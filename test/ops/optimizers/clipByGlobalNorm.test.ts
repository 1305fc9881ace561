import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { clipByGlobalNorm } from '../../../src/ops/optimizers/clipByGlobalNorm.js';
import { expectClose } from '../../expectClose.js';
import { everyBackend } from '../everyBackend.js';

describe.each(everyBackend)('clipByGlobalNorm on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  const gradients = (): ReadonlyMap<string, tf.Tensor> =>
    new Map<string, tf.Tensor>([
      ['b', tf.tensor2d([1, -2, 2, 0], [2, 2])],
      ['a', tf.tensor1d([4, 0, 0])],
    ]);

  it('scales all gradients by the same number where their norm exceeds the limit', () => {
    tf.tidy(() => {
      const { gradients: clipped, norm } = clipByGlobalNorm(gradients(), 2.5);
      expectClose(norm.dataSync(), [5], 1e-6);
      expect([...clipped.keys()]).toEqual(['b', 'a']);
      expect(clipped.get('b')!.shape).toEqual([2, 2]);
      expectClose(clipped.get('b')!.dataSync(), [0.5, -1, 1, 0], 1e-6);
      expectClose(clipped.get('a')!.dataSync(), [2, 0, 0], 1e-6);
    });
  });

  it('leaves gradients of a norm below the limit as they are, to the bit', () => {
    tf.tidy(() => {
      const { gradients: clipped } = clipByGlobalNorm(gradients(), 5.1);
      expect([...clipped.get('b')!.dataSync()]).toEqual([1, -2, 2, 0]);
      expect([...clipped.get('a')!.dataSync()]).toEqual([4, 0, 0]);
      const zero = clipByGlobalNorm(new Map([['z', tf.zeros([3])]]), 1);
      expect([...zero.gradients.get('z')!.dataSync()]).toEqual([0, 0, 0]);
    });
  });

  it('refuses a limit that is not positive, and no gradients', () => {
    tf.tidy(() => {
      for (const limit of [0, -1, NaN])
        expect(() => clipByGlobalNorm(gradients(), limit)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
      expect(() => clipByGlobalNorm(new Map(), 1)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    });
  });
});
