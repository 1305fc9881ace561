import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gatherLast } from '../../../src/ops/layers/gatherLast.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { registerOps } from '../../../src/ops/registerOps.js';
import { tensorflow } from '../../tensorflow.js';

beforeAll(() => {
  registerBackend();
  registerOps();
});

describe.each(['headwater', 'cpu', ...tensorflow])('gatherLast on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  const values = Float32Array.from({ length: 2 * 3 * 2 }, (_, i) => i);

  it('takes each row at its last token', () => {
    tf.tidy(() => {
      const last = gatherLast(tf.tensor3d(values, [2, 3, 2]), Int32Array.of(1, 3));
      expect(last.shape).toEqual([2, 2]);
      expect([...last.dataSync()]).toEqual([0, 1, 10, 11]);
    });
  });

  it('sends the gradient back to where the value came from', () => {
    tf.tidy(() => {
      const gradient = tf.grad((output) => gatherLast(output, Int32Array.of(2, 1)))(
        tf.tensor3d(values, [2, 3, 2]),
        tf.tensor2d([1, 2, 3, 4], [2, 2]),
      );
      expect(gradient.shape).toEqual([2, 3, 2]);
      expect([...gradient.dataSync()]).toEqual([0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0]);
    });
  });

  it('leaves no tensor behind', () => {
    const output = tf.tensor3d(values, [2, 3, 2]);
    const step = (): void =>
      tf.tidy(() => void tf.grad((x) => gatherLast(x, Int32Array.of(2, 1)))(output, tf.ones([2, 2])));
    step();
    const before = tf.memory();
    step();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    output.dispose();
  });

  it.each([
    ['too few lengths', [2, 3], Int32Array.of(1)],
    ['a length of 0', [2, 3], Int32Array.of(1, 0)],
    ['a length past the end', [2, 3], Int32Array.of(1, 4)],
  ] as const)('refuses %s', (_, [batch, time], lengths) => {
    tf.tidy(() => {
      expect(() => gatherLast(tf.zeros([batch, time, 1]), lengths)).toThrow(
        expect.objectContaining({ code: 'HW_USAGE' }),
      );
    });
  });

  it('refuses outputs of another rank', () => {
    tf.tidy(() => {
      expect(() => gatherLast(tf.zeros([2, 3]), Int32Array.of(1, 1))).toThrow(/\[B, T, D\]/);
    });
  });
});
