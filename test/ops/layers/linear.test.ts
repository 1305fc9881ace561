import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { linear } from '../../../src/ops/layers/linear.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { expectClose } from '../../expectClose.js';
import { tensorflow } from '../../tensorflow.js';

beforeAll(() => {
  registerBackend();
});

describe.each(['headwater', 'cpu', ...tensorflow])('linear on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  const x = [1, 2, 3, -1, 0.5, 4];
  const weight = [1, 0, -1, 2, 2, 2];
  const bias = [10, -10];

  it('is x·Wᵀ + b', () => {
    tf.tidy(() => {
      const y = linear(tf.tensor2d(x, [2, 3]), tf.tensor2d(weight, [2, 3]), tf.tensor1d(bias));
      expect(y.shape).toEqual([2, 2]);
      expect([...y.dataSync()]).toEqual([8, 2, 5, -3]);
    });
  });

  it('has the gradients dy·W, dyᵀ·x and Σ dy', () => {
    tf.tidy(() => {
      const dy = tf.tensor2d([1, 2, 3, -4], [2, 2]);
      const [dx, dWeight, dBias] = tf.grads((a, w, b) => linear(a, w, b))(
        [tf.tensor2d(x, [2, 3]), tf.tensor2d(weight, [2, 3]), tf.tensor1d(bias)],
        dy,
      );
      expect([...dx!.dataSync()]).toEqual([5, 4, 3, -5, -8, -11]);
      expect([...dWeight!.dataSync()]).toEqual([-2, 3.5, 15, 6, 2, -10]);
      expect([...dBias!.dataSync()]).toEqual([4, -2]);
    });
  });

  it('multiplies matrices of any size', () => {
    tf.tidy(() => {
      const [rows, inputs, outputs] = [7, 19, 13];
      const wave = (size: number, phase: number): number[] =>
        Array.from({ length: size }, (_, i) => Math.sin(phase + i * i));
      const [a, w, b] = [wave(rows * inputs, 1), wave(outputs * inputs, 2), wave(outputs, 3)];
      const expected = Array.from({ length: rows * outputs }, (_, at) => {
        const [row, output] = [Math.floor(at / outputs), at % outputs];
        return a
          .slice(row * inputs, (row + 1) * inputs)
          .reduce((sum, value, k) => sum + value * w[output * inputs + k]!, b[output]!);
      });
      expectClose(
        linear(tf.tensor2d(a, [rows, inputs]), tf.tensor2d(w, [outputs, inputs]), tf.tensor1d(b)).dataSync(),
        expected,
        1e-5,
      );
    });
  });

  it.each([
    ['inputs of another width', [2, 4], [2, 3], [2]],
    ['a bias of another length', [2, 3], [2, 3], [3]],
    ['an input that is no matrix', [3], [2, 3], [2]],
  ])('refuses %s', (_, ofX, ofWeight, ofBias) => {
    tf.tidy(() => {
      expect(() => linear(tf.zeros(ofX), tf.zeros(ofWeight), tf.zeros(ofBias))).toThrow(
        expect.objectContaining({ code: 'HW_USAGE' }),
      );
    });
  });
});
