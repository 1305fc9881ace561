import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { embedding } from '../../../src/ops/layers/embedding.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { expectClose } from '../../expectClose.js';
import { tensorflow } from '../../tensorflow.js';

beforeAll(() => {
  registerBackend();
});

const weight = [
  [0, 0],
  [1, 2],
  [3, 4],
  [5, 6],
];
const batch = { tokens: Int32Array.of(2, 1, 2, 3, 0, 0), size: 2, time: 3 };

describe.each(['headwater', 'cpu', ...tensorflow])('embedding on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it("looks up each token's row", () => {
    tf.tidy(() => {
      const output = embedding(tf.tensor2d(weight), batch);
      expect(output.shape).toEqual([2, 3, 2]);
      expect([...output.dataSync()]).toEqual([3, 4, 1, 2, 3, 4, 5, 6, 0, 0, 0, 0]);
    });
  });

  it("adds up a token's gradients, and gives the padding token none", () => {
    tf.tidy(() => {
      const dOutput = tf.tensor3d([1, 2, 10, 20, 100, 200, 0.5, 0.25, 7, 7, 7, 7], [2, 3, 2]);
      const gradient = tf.grad((w) => embedding(w, batch))(tf.tensor2d(weight), dOutput);
      expect([...gradient.dataSync()]).toEqual([0, 0, 10, 20, 101, 202, 0.5, 0.25]);
    });
  });

  it('takes another padding token by option', () => {
    tf.tidy(() => {
      const gradient = tf.grad((w) => embedding(w, batch, { padIndex: 2 }))(tf.tensor2d(weight), tf.ones([2, 3, 2]));
      expect([...gradient.dataSync()]).toEqual([2, 2, 1, 1, 0, 0, 1, 1]);
    });
  });

  it('leaves no tensor behind', () => {
    const weights = tf.tensor2d(weight);
    const step = (): void => tf.tidy(() => void tf.grad((w) => embedding(w, batch))(weights, tf.ones([2, 3, 2])));
    step();
    const before = tf.memory();
    step();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    weights.dispose();
  });

  it.each([
    ['a token past the vocabulary', Int32Array.of(0, 4), /token 4 at row 1, position 0.*between 0 and 3/],
    ['a negative token', Int32Array.of(-1, 1), /token -1 at row 0/],
    ['too few tokens', Int32Array.of(1), /1 tokens for 2 rows of 1/],
  ])('refuses %s', (_, tokens, message) => {
    tf.tidy(() => {
      const misuse = (): unknown => embedding(tf.tensor2d(weight), { tokens, size: 2, time: 1 });
      expect(misuse).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
      expect(misuse).toThrow(message);
    });
  });

  it('refuses weights of another rank', () => {
    tf.tidy(() => {
      expect(() => embedding(tf.zeros([4]), batch)).toThrow(/\[V, E\]/);
    });
  });
});

it('gives the same gradient by the kernel as by stock ops', async () => {
  const gradients = async (
    backend: string,
    vocabulary: number,
    tokens: readonly number[],
    seed: number,
  ): Promise<Float32Array> => {
    await tf.setBackend(backend);
    return tf.tidy(() => {
      const dOutput = tf.tensor3d(
        Float32Array.from({ length: tokens.length * 3 }, (_, i) => Math.sin(seed + i)),
        [1, tokens.length, 3],
      );
      return Float32Array.from(
        tf
          .grad((w) => embedding(w, { tokens: Int32Array.from(tokens), size: 1, time: tokens.length }))(
            tf.zeros([vocabulary, 3]),
            dOutput,
          )
          .dataSync(),
      );
    });
  };
  await fc.assert(
    fc.asyncProperty(
      fc
        .integer({ min: 2, max: 9 })
        .chain((vocabulary) =>
          fc.tuple(fc.constant(vocabulary), fc.array(fc.nat(vocabulary - 1), { minLength: 1, maxLength: 30 })),
        ),
      fc.nat(1000),
      async ([vocabulary, tokens], seed) =>
        expectClose(
          await gradients('headwater', vocabulary, tokens, seed),
          await gradients('cpu', vocabulary, tokens, seed),
          1e-6,
        ),
    ),
    { seed: 31, numRuns: 40 },
  );
});
