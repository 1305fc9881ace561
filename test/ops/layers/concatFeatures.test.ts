import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { concatFeatures } from '../../../src/ops/layers/concatFeatures.js';
import { everyBackend } from '../everyBackend.js';

it.each(everyBackend)('puts features side by side, and divides their gradient, on %s', async (backend) => {
  await tf.setBackend(backend);
  tf.tidy(() => {
    const [left, right] = [tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6], [2, 1])];
    expect([...concatFeatures(left, right).dataSync()]).toEqual([1, 2, 5, 3, 4, 6]);
    const dy = tf.tensor2d([10, 20, 30, 40, 50, 60], [2, 3]);
    const [dLeft, dRight] = tf.grads((a, b) => concatFeatures(a, b))([left, right], dy);
    expect([...dLeft!.dataSync()]).toEqual([10, 20, 40, 50]);
    expect([...dRight!.dataSync()]).toEqual([30, 60]);
  });
});

it.each([
  ['numbers of rows that differ', [2, 2], [3, 1]],
  ['a vector', [2], [2, 1]],
])('refuses %s', (_, left, right) => {
  tf.tidy(() => {
    expect(() => concatFeatures(tf.zeros(left), tf.zeros(right))).toThrow(
      expect.objectContaining({ code: 'HW_USAGE' }),
    );
  });
});
