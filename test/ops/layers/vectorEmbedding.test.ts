import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { random } from '../../../src/contracts/random.js';
import { vectorEmbedding } from '../../../src/ops/layers/vectorEmbedding.js';
import { expectClose } from '../../expectClose.js';
import { everyBackend } from '../everyBackend.js';
import { expectGradientOfDifferences } from '../finiteDifferences.js';

const draw = (seed: number, count: number): Float32Array => {
  const dice = random(seed, 'test');
  return Float32Array.from({ length: count }, () => dice.uniform() * 2 - 1);
};

describe.each(everyBackend)('vectorEmbedding on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  const vectors = { dims: 2, rows: Int8Array.of(0, 0, 100, -50, 3, 127), scales: Float32Array.of(0, 0.01, 0.5) };
  const input = {
    size: 2,
    time: 3,
    vectorIds: Int32Array.of(1, 2, 0, 1, 0, 0),
    places: Int32Array.of(0, 1, 0, 0, -1, -1),
  };

  it('adds the trained row to the scaled vector', () => {
    tf.tidy(() => {
      const embedded = vectorEmbedding(
        tf.tensor2d([
          [10, 20],
          [30, 40],
        ]),
        vectors,
        input,
      );
      expect(embedded.shape).toEqual([2, 3, 2]);
      expectClose(embedded.dataSync(), [11, 19.5, 31.5, 103.5, 10, 20, 11, 19.5, 0, 0, 0, 0], 1e-6);
    });
  });

  it('takes words that stand in no rows', () => {
    tf.tidy(() => {
      const words = { size: 3, vectorIds: Int32Array.of(1, 2, 0), places: Int32Array.of(1, 0, 1) };
      const run = (delta: tf.Tensor): tf.Tensor => vectorEmbedding(delta, vectors, words);
      const embedded = run(
        tf.tensor2d([
          [10, 20],
          [30, 40],
        ]),
      );
      expect(embedded.shape).toEqual([3, 2]);
      expectClose(embedded.dataSync(), [31, 39.5, 11.5, 83.5, 30, 40], 1e-6);
      const gradient = tf.grad(run)(
        tf.zeros([2, 2]),
        tf.tensor2d([
          [1, 2],
          [10, 20],
          [100, 200],
        ]),
      );
      expect([...gradient.dataSync()]).toEqual([10, 20, 101, 202]);
    });
  });

  it('sums the gradients of tokens of one row, and gives the table and padding none', () => {
    tf.tidy(() => {
      const dOutput = tf.tensor3d([1, 2, 10, 20, 100, 200, 1000, 2000, 7, 7, 7, 7], [2, 3, 2]);
      const gradient = tf.grad((delta) => vectorEmbedding(delta, vectors, input))(tf.zeros([2, 2]), dOutput);
      expect([...gradient.dataSync()]).toEqual([1101, 2202, 10, 20]);
    });
  });

  it('gives a row that no token takes a gradient of zero', () => {
    tf.tidy(() => {
      const gradient = tf.grad((delta) => vectorEmbedding(delta, vectors, input))(tf.zeros([3, 2]), tf.ones([2, 3, 2]));
      expect([...gradient.dataSync()]).toEqual([3, 3, 1, 1, 0, 0]);
    });
  });

  it('reads vectors of float32, of any width', () => {
    const [width, size, time] = [13, 9, 4];
    const rows = draw(1, 20 * width).fill(0, 0, width);
    const dice = random(2, 'test');
    const drawn = {
      size,
      time,
      vectorIds: Int32Array.from({ length: size * time }, () => dice.below(20)),
      places: Int32Array.from({ length: size * time }, () => dice.below(6) - 1),
    };
    const delta = draw(3, 5 * width);
    const expected = Float32Array.from({ length: size * time * width }, (_, i) => {
      const [token, j] = [Math.floor(i / width), i % width];
      const place = drawn.places[token]!;
      return rows[drawn.vectorIds[token]! * width + j]! + (place < 0 ? 0 : delta[place * width + j]!);
    });
    const dOutput = draw(4, expected.length);
    const dDelta = new Float32Array(delta.length);
    drawn.places.forEach((place, token) => {
      if (place >= 0) for (let j = 0; j < width; j++) dDelta[place * width + j]! += dOutput[token * width + j]!;
    });
    tf.tidy(() => {
      const run = (d: tf.Tensor): tf.Tensor => vectorEmbedding(d, { dims: width, rows }, drawn);
      const d = tf.tensor2d(delta, [5, width]);
      expectClose(run(d).dataSync(), expected, 1e-6);
      expectClose(
        tf
          .grad(run)(d, tf.tensor3d(dOutput, [size, time, width]))
          .dataSync(),
        dDelta,
        1e-6,
      );
    });
  });

  it('has the gradient that differences have', () => {
    expectGradientOfDifferences((d) => vectorEmbedding(d, vectors, input), [2, 2], draw(7, 4), draw(8, 12), {
      tolerance: 5e-3,
    });
  });

  it.each([
    ['a vector past the table', { vectorIds: Int32Array.of(3, 0, 0, 0, 0, 0) }, /3 as entry 0 of vectorIds.*0 and 2/],
    ['a place past the rows', { places: Int32Array.of(0, 2, 0, 0, 0, 0) }, /2 as entry 1 of places.*-1 and 1/],
    ['too few ids', { vectorIds: Int32Array.of(0) }, /1 vectorIds for 6 tokens/],
  ])('refuses %s', (_, changed, message) => {
    tf.tidy(() => {
      const misuse = (): unknown => vectorEmbedding(tf.zeros([2, 2]), vectors, { ...input, ...changed });
      expect(misuse).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
      expect(misuse).toThrow(message);
    });
  });
});
