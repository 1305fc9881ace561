import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { random } from '../../../src/contracts/random.js';
import { maxMeanPool } from '../../../src/ops/pooling/maxMeanPool.js';
import { maxPool } from '../../../src/ops/pooling/maxPool.js';
import { meanPool } from '../../../src/ops/pooling/meanPool.js';
import { expectClose } from '../../expectClose.js';
import { everyBackend } from '../everyBackend.js';
import { expectGradientOfDifferences } from '../finiteDifferences.js';

const draw = (seed: number, count: number): Float32Array => {
  const dice = random(seed, 'test');
  return Float32Array.from({ length: count }, () => dice.uniform() * 2 - 1);
};

describe.each(everyBackend)('pooling on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  // Two features of three tokens; the first row has two, and what stands past them is larger.
  const x = [1, -2, -3, -4, 99, 99, 5, 0, 5, 1, -1, 1];
  const lengths = Int32Array.of(2, 3);
  const shape: [number, number, number] = [2, 3, 2];

  it('takes the largest and the mean of the real tokens', () => {
    tf.tidy(() => {
      const output = tf.tensor3d(x, shape);
      expect([...maxPool(output, lengths).dataSync()]).toEqual([1, -2, 5, 1]);
      expectClose(meanPool(output, lengths).dataSync(), [-1, -3, 3, 2 / 3], 1e-6);
      const both = maxMeanPool(output, lengths);
      expect(both.shape).toEqual([2, 4]);
      expectClose(both.dataSync(), [1, -2, -1, -3, 5, 1, 3, 2 / 3], 1e-6);
    });
  });

  it('sends the gradient to the first of several largest tokens, and the share of the mean to each', () => {
    tf.tidy(() => {
      const input = tf.tensor3d(x, shape);
      const dOutput = tf.tensor2d([10, 20, 30, 40], [2, 2]);
      const ofMax = tf.grad((y) => maxPool(y, lengths))(input, dOutput);
      expect([...ofMax.dataSync()]).toEqual([10, 20, 0, 0, 0, 0, 30, 0, 0, 40, 0, 0]);
      const ofMean = tf.grad((y) => meanPool(y, lengths))(input, dOutput);
      expectClose(ofMean.dataSync(), [5, 10, 5, 10, 0, 0, 10, 40 / 3, 10, 40 / 3, 10, 40 / 3], 1e-6);
      const ofBoth = tf.grad((y) => maxMeanPool(y, lengths))(input, tf.concat([dOutput, dOutput], 1));
      expectClose(
        ofBoth.dataSync(),
        ofMax.dataSync().map((g, i) => g + ofMean.dataSync()[i]!),
        1e-6,
      );
    });
  });

  it.each([
    [1, 1, 1],
    [3, 4, 7],
    [19, 5, 9],
    [9, 3, 32],
  ])('equals sums and comparisons made one by one: B = %i, T = %i, D = %i', (size, time, width) => {
    const values = draw(size, size * time * width);
    const lengths = Int32Array.from({ length: size }, (_, i) => 1 + (i % time));
    const at = (row: number, t: number, j: number): number => (row * time + t) * width + j;
    const dOutput = draw(size + 1, size * 2 * width);
    const pooled = new Float32Array(size * 2 * width);
    const gradient = new Float32Array(values.length);
    for (let row = 0; row < size; row++)
      for (let j = 0; j < width; j++) {
        const steps = Array.from({ length: lengths[row]! }, (_, t) => t);
        const ofRow = steps.map((t) => values[at(row, t, j)]!);
        const largest = Math.max(...ofRow);
        pooled[row * 2 * width + j] = largest;
        pooled[row * 2 * width + width + j] = ofRow.reduce((a, b) => a + b) / ofRow.length;
        for (const t of steps) gradient[at(row, t, j)] = dOutput[row * 2 * width + width + j]! / ofRow.length;
        gradient[at(row, ofRow.indexOf(largest), j)]! += dOutput[row * 2 * width + j]!;
      }
    tf.tidy(() => {
      const input = tf.tensor3d(values, [size, time, width]);
      expectClose(maxMeanPool(input, lengths).dataSync(), pooled, 1e-6);
      const dx = tf.grad((y) => maxMeanPool(y, lengths))(input, tf.tensor2d(dOutput, [size, 2 * width]));
      expectClose(dx.dataSync(), gradient, 1e-6);
    });
  });

  it('has the gradient that differences have', () => {
    expectGradientOfDifferences((y) => maxMeanPool(y, lengths), shape, draw(7, 12), draw(8, 8));
  });

  it('leaves no tensor behind', () => {
    const input = tf.tensor3d(x, shape);
    const step = (): void => tf.tidy(() => void tf.grad((y) => maxMeanPool(y, lengths))(input, tf.ones([2, 4])));
    step();
    const before = tf.memory();
    step();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    input.dispose();
  });

  it.each([
    ['a matrix', [2, 3], lengths],
    ['a length past the last step', shape, Int32Array.of(2, 4)],
    ['a length of zero', shape, Int32Array.of(0, 3)],
  ])('refuses %s', (_, ofX, ofLengths) => {
    tf.tidy(() => {
      for (const pool of [maxPool, meanPool, maxMeanPool])
        expect(() => pool(tf.zeros(ofX), ofLengths)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    });
  });
});

it('hands a NaN on as the largest value', async () => {
  for (const backend of everyBackend.slice(0, 10)) {
    await tf.setBackend(backend);
    tf.tidy(() => {
      const x = tf.tensor3d([1, NaN, 2], [1, 3, 1]);
      expect(maxPool(x, Int32Array.of(3)).dataSync()[0]).toBeNaN();
    });
  }
});
