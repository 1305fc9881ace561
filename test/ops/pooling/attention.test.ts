import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { random } from '../../../src/contracts/random.js';
import { attentionPool } from '../../../src/ops/pooling/attentionPool.js';
import { attentionWeights } from '../../../src/ops/pooling/attentionWeights.js';
import { meanPool } from '../../../src/ops/pooling/meanPool.js';
import { expectClose } from '../../expectClose.js';
import { everyBackend } from '../everyBackend.js';
import { registerSimd } from '../kernels/simd/simdBackend.js';
import { expectGradientOfDifferences } from '../finiteDifferences.js';

const draw = (seed: number, count: number): Float32Array => {
  const dice = random(seed, 'test');
  return Float32Array.from({ length: count }, () => dice.uniform() * 2 - 1);
};

describe.each(everyBackend)('attention on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  // Two features of three tokens; the first row has two, and what stands past them is no number.
  const x = [1, -2, -3, -4, NaN, Infinity, 5, 0, 5, 1, -1, 1];
  const lengths = Int32Array.of(2, 3);
  const shape: [number, number, number] = [2, 3, 2];
  const query = [0.5, -1];

  it('weights the real tokens by their product with the query', () => {
    tf.tidy(() => {
      const output = tf.tensor3d(x, shape);
      const scores = [
        [2.5, 2.5],
        [2.5, 1.5, -1.5],
      ];
      const weights = scores.map((row) => {
        const shares = row.map(Math.exp);
        return shares.map((share) => share / shares.reduce((a, b) => a + b));
      });
      const [first, second] = weights as [number[], number[]];
      const found = attentionWeights(output, lengths, tf.tensor1d(query));
      expect(found.shape).toEqual([2, 3]);
      expectClose(found.dataSync(), [...first, 0, ...second], 1e-6);
      const pooled = attentionPool(output, lengths, tf.tensor1d(query));
      expect(pooled.shape).toEqual([2, 2]);
      const [a, b, c] = second as [number, number, number];
      expectClose(pooled.dataSync(), [-1, -3, 5 * a + 5 * b - c, b + c], 1e-5);
    });
  });

  it('is the mean with a query of zeros', () => {
    tf.tidy(() => {
      const values = tf.tensor3d(draw(3, 9 * 5 * 7), [9, 5, 7]);
      const ofRows = Int32Array.from({ length: 9 }, (_, i) => 1 + (i % 5));
      expectClose(attentionPool(values, ofRows, tf.zeros([7])).dataSync(), meanPool(values, ofRows).dataSync(), 1e-6);
    });
  });

  it('does not overflow with large scores', () => {
    tf.tidy(() => {
      const values = tf.tensor3d([1000, 900, -1000], [1, 3, 1]);
      expectClose(attentionPool(values, Int32Array.of(3), tf.tensor1d([10])).dataSync(), [1000], 1e-6);
    });
  });

  it.each([
    [1, 1, 1],
    [3, 4, 7],
    [11, 3, 32],
  ])('has the gradients that differences have: B = %i, T = %i, D = %i', (size, time, width) => {
    const values = draw(size, size * time * width);
    const ofRows = Int32Array.from({ length: size }, (_, i) => 1 + (i % time));
    const ofQuery = draw(size + 1, width);
    const shares = draw(size + 2, size * width);
    expectGradientOfDifferences(
      (y) => attentionPool(tf.tensor3d(values, [size, time, width]), ofRows, y),
      [width],
      ofQuery,
      shares,
    );
    expectGradientOfDifferences(
      (y) => attentionWeights(tf.tensor3d(values, [size, time, width]), ofRows, y),
      [width],
      ofQuery,
      shares.subarray(0, size * time),
    );
    if (width === 32) return; // each value of x is moved twice
    expectGradientOfDifferences(
      (y) => attentionPool(y, ofRows, tf.tensor1d(ofQuery)),
      [size, time, width],
      values,
      shares,
    );
  });

  it('gives no gradient to padding, and reads none', () => {
    tf.tidy(() => {
      const { dx, dQuery } = gradients(tf.tensor3d(x, shape), lengths, tf.tensor1d(query));
      expect([...dx.slice(4, 6)]).toEqual([0, 0]);
      expect([...dx, ...dQuery].every(Number.isFinite)).toBe(true);
    });
  });

  it('leaves no tensor behind', () => {
    const input = tf.tensor3d(draw(1, 12), shape);
    const of = tf.tensor1d(query);
    const step = (): void => {
      tf.tidy(() => void gradients(input, lengths, of));
      attentionWeights(input, lengths, of).dispose();
    };
    step();
    const before = tf.memory();
    step();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    tf.dispose([input, of]);
  });

  it.each<[string, number[], [number], Int32Array]>([
    ['a matrix', [2, 3], [2], lengths],
    ['a query of another size', shape, [3], lengths],
    ['a length past the last step', shape, [2], Int32Array.of(2, 4)],
    ['a length of zero', shape, [2], Int32Array.of(0, 3)],
  ])('refuses %s', (_, ofX, ofQuery, ofLengths) => {
    tf.tidy(() => {
      for (const op of [attentionPool, attentionWeights])
        expect(() => op(tf.zeros(ofX), ofLengths, tf.zeros(ofQuery))).toThrow(
          expect.objectContaining({ code: 'HW_USAGE' }),
        );
    });
  });
});

/** The gradients of the sum of the pooled values. */
const gradients = (
  x: tf.Tensor,
  lengths: Int32Array,
  query: tf.Tensor1D,
): { readonly dx: Float32Array; readonly dQuery: Float32Array } => {
  const [dx, dQuery] = tf.grads((a, b) => attentionPool(a, lengths, b))([x, query], tf.ones([x.shape[0], query.size]));
  return { dx: dx!.dataSync<'float32'>(), dQuery: dQuery!.dataSync<'float32'>() };
};

it('gives equal bits on one, two and three threads', async () => {
  const values = draw(5, 33 * 6 * 20);
  const lengths = Int32Array.from({ length: 33 }, (_, i) => 1 + (i % 6));
  const run = async (backend: string): Promise<number[]> => {
    await tf.setBackend(backend);
    return tf.tidy(() => {
      const { dx, dQuery } = gradients(tf.tensor3d(values, [33, 6, 20]), lengths, tf.tensor1d(draw(6, 20)));
      return [...dx, ...dQuery];
    });
  };
  for (const simd of ['wide', 'relaxed', 'simd'] as const) {
    const one = await run(registerSimd(simd, 1).name);
    expect(await run(registerSimd(simd, 2).name)).toEqual(one);
    expect(await run(registerSimd(simd, 3).name)).toEqual(one);
  }
});
