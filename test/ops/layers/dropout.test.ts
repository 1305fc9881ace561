import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deriveSeed } from '../../../src/contracts/random.js';
import { dropout } from '../../../src/ops/layers/dropout.js';
import { philox4x32 } from '../../../src/ops/internal/philox4x32.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { tensorflow } from '../../tensorflow.js';

beforeAll(() => {
  registerBackend();
});

const at = { rate: 0.1, seed: 1234, epoch: 1, step: 0 };

describe.each(['headwater', 'cpu', ...tensorflow])('dropout on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  const mask = (size: number, options: Parameters<typeof dropout>[1]): number[] =>
    tf.tidy(() => [...dropout(tf.ones([1, size]), options).dataSync()]);

  it('drops the share asked for and scales up what it keeps', () => {
    const values = mask(100_000, at);
    const kept = Math.fround(1 / 0.9);
    expect(new Set(values)).toEqual(new Set([0, kept]));
    const dropped = values.filter((value) => value === 0).length / values.length;
    // four standard deviations
    expect(Math.abs(dropped - 0.1)).toBeLessThan(4 * Math.sqrt((0.1 * 0.9) / values.length));
  });

  it('depends on seed, epoch, step, site and position alone', () => {
    const values = mask(200, at);
    expect(mask(200, at)).toEqual(values);
    expect(mask(1000, at).slice(0, 200)).toEqual(values);
    for (const change of [{ seed: 1235 }, { epoch: 2 }, { step: 1 }, { site: 1 }])
      expect(mask(200, { ...at, ...change })).not.toEqual(values);
  });

  it('takes the words that its documentation names', () => {
    const words = new Uint32Array(8);
    for (const block of [0, 1])
      philox4x32(words, block * 4, 3, 5, 2, block, deriveSeed(9, 'dropout', 0), deriveSeed(9, 'dropout', 1));
    expect(mask(7, { rate: 0.5, seed: 9, epoch: 3, step: 5, site: 2 })).toEqual(
      Array.from(words.subarray(0, 7), (word) => (word < 2 ** 31 ? 0 : 2)),
    );
  });

  it('multiplies values and gradients by the same mask', () => {
    tf.tidy(() => {
      const x = tf.tensor2d(
        Float32Array.from({ length: 60 }, (_, i) => i + 1),
        [6, 10],
      );
      const dy = tf.tensor2d(
        Float32Array.from({ length: 60 }, (_, i) => 100 - i),
        [6, 10],
      );
      const factors = mask(60, { ...at, rate: 0.5 });
      const y = dropout(x, { ...at, rate: 0.5 });
      expect(y.shape).toEqual([6, 10]);
      expect([...y.dataSync()]).toEqual(factors.map((factor, i) => factor * (i + 1)));
      expect([
        ...tf
          .grad((z: tf.Tensor) => dropout(z, { ...at, rate: 0.5 }))(x, dy)
          .dataSync(),
      ]).toEqual(factors.map((factor, i) => factor * (100 - i)));
    });
  });

  it('is the identity at rate 0 and in evaluation', () => {
    tf.tidy(() => {
      const x = tf.ones([2, 2]);
      expect(dropout(x, { ...at, rate: 0 })).toBe(x);
      expect(dropout(x, { ...at, training: false })).toBe(x);
    });
  });

  it.each([1, -0.1, NaN])('refuses the rate %d', (rate) => {
    tf.tidy(() => {
      expect(() => dropout(tf.ones([1]), { ...at, rate })).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    });
  });
});

it('drops the same on every backend', async () => {
  const on = async (backend: string): Promise<number[]> => {
    await tf.setBackend(backend);
    return tf.tidy(() => [...dropout(tf.ones([40, 11]), at).dataSync()]);
  };
  for (const backend of ['cpu', ...tensorflow]) expect(await on(backend)).toEqual(await on('headwater'));
});
