import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerBackend } from '../../../../src/ops/backends/registerBackend.js';
import { gru } from '../../../../src/ops/recurrent/gru.js';
import { lstm } from '../../../../src/ops/recurrent/lstm.js';
import { rnn } from '../../../../src/ops/recurrent/rnn.js';
import { tensorflow } from '../../../tensorflow.js';
import { registerSimd } from './simdBackend.js';

const machines = (['wide', 'relaxed', 'simd'] as const).map((simd) => registerSimd(simd, 1));

beforeAll(() => {
  registerBackend({ simd: 'none' });
});

describe.each(machines)('activations on $name', ({ machine }) => {
  const apply = (kind: 'tanh' | 'sigmoid', values: readonly number[]): readonly number[] => {
    const padded = Float32Array.from({ length: Math.ceil(values.length / 4) * 4 }, (_, i) => values[i] ?? 0);
    const at = machine.memory.allocate(padded.byteLength);
    machine.memory.putFloats(at, padded);
    machine.threads.activate(at, padded.length, kind);
    const result = [...machine.memory.floats(at, values.length)];
    machine.memory.free(at);
    return result;
  };
  const large = [9, 9.25, 10, 18, 100, 1e10, 1e30, 3.4e38, Infinity];

  it('tanh is exactly 1 and -1 from 9 on', () => {
    expect(apply('tanh', large)).toEqual(large.map(() => 1));
    expect(
      apply(
        'tanh',
        large.map((x) => -x),
      ),
    ).toEqual(large.map(() => -1));
    expect(apply('tanh', [0, -0, NaN])).toEqual([0, -0, NaN]);
  });

  it('sigmoid is exactly 1 and 0 from 18 on', () => {
    const larger = large.filter((x) => x >= 18);
    expect(apply('sigmoid', larger)).toEqual(larger.map(() => 1));
    expect(
      apply(
        'sigmoid',
        larger.map((x) => -x),
      ),
    ).toEqual(larger.map(() => 0));
  });
});

describe.each([...machines.map(({ name }) => name), 'headwater', 'cpu', ...tensorflow])('on %s', (backend) => {
  it.each([
    ['rnn', 1, rnn],
    ['gru', 3, gru],
    ['lstm', 4, lstm],
  ] as const)('a saturated %s lets no gradient through to its inputs', async (_, gates, layer) => {
    await tf.setBackend(backend);
    tf.tidy(() => {
      const units = 5;
      const weights = {
        weight_ih_l0: tf.fill([gates * units, 2], 1e4),
        weight_hh_l0: tf.zeros([gates * units, units]),
        bias_ih_l0: tf.zeros([gates * units]),
        bias_hh_l0: tf.zeros([gates * units]),
      };
      const run = (x: tf.Tensor): tf.Tensor => layer(x, undefined, weights).output;
      const x = tf.fill([3, 2, 2], 1e4);
      // An LSTM's tanh(c') is not saturated: what reaches its inputs passes gates that are.
      const dx = tf.grad(run)(x, tf.fill([3, 2, units], 1e30));
      expect([...dx.dataSync()]).toEqual([...new Float32Array(12)]);
    });
  });
});
