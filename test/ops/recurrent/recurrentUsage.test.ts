import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { gru } from '../../../src/ops/recurrent/gru.js';
import { lstm } from '../../../src/ops/recurrent/lstm.js';
import { recurrentLast } from '../../../src/ops/recurrent/recurrentLast.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';

const [B, T, I, H] = [3, 5, 4, 2];
const weights = () => ({
  weight_ih_l0: tf.zeros([3 * H, I]),
  weight_hh_l0: tf.zeros([3 * H, H]),
  bias_ih_l0: tf.zeros([3 * H]),
  bias_hh_l0: tf.zeros([3 * H]),
});
const reverse = () => ({
  weight_ih_l0_reverse: tf.zeros([3 * H, I]),
  weight_hh_l0_reverse: tf.zeros([3 * H, H]),
  bias_ih_l0_reverse: tf.zeros([3 * H]),
  bias_hh_l0_reverse: tf.zeros([3 * H]),
});
const refused = (message: RegExp): unknown =>
  expect.objectContaining({
    name: 'HeadwaterError',
    code: 'HW_USAGE',
    message: expect.stringMatching(message) as unknown,
  });

describe('recurrent layers refuse what cannot work', () => {
  it('before their gradients are registered: training, not running', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined); // tfjs's notice
    await tf.setBackend('cpu');
    tf.tidy(() => {
      const x = tf.zeros([B, T, I]);
      expect(gru(x, undefined, weights()).output.shape).toEqual([B, T, H]);
      expect(() => tf.grad((given) => gru(given, undefined, weights()).output)(x)).toThrow(refused(/registerOps\(\)/));
    });
  });

  describe('once they are registered', () => {
    beforeEach(async () => {
      registerBackend();
      await tf.setBackend('headwater');
    });

    it.each([
      ['inputs without time', /x of shape \[3, 4\].*\[B, T, I\]/, () => gru(tf.zeros([B, I]), undefined, weights())],
      ['integer inputs', /dtype int32/, () => gru(tf.zeros([B, T, I], 'int32'), undefined, weights())],
      ['a batch of no rows', /at least one row/, () => gru(tf.zeros([0, T, I]), undefined, weights())],
      ['weights for other inputs', /weight_ih_l0 .* \[6, 3\]/, () => gru(tf.zeros([B, T, 3]), undefined, weights())],
      ['weights of another cell', /weight_ih_l0 .* \[8, 4\]/, () => lstm(tf.zeros([B, T, I]), undefined, weights())],
      [
        'a bias too short',
        /bias_hh_l0 of shape \[5\]/,
        () => gru(tf.zeros([B, T, I]), undefined, { ...weights(), bias_hh_l0: tf.zeros([5]) }),
      ],
      [
        'half a reverse direction',
        /not weight_hh_l0_reverse, bias_hh_l0_reverse/,
        () =>
          gru(tf.zeros([B, T, I]), undefined, {
            ...weights(),
            ...reverse(),
            weight_hh_l0_reverse: undefined,
            bias_hh_l0_reverse: undefined,
          }),
      ],
      [
        'a reverse direction that does not fit',
        /weight_hh_l0_reverse/,
        () =>
          gru(tf.zeros([B, T, I]), undefined, { ...weights(), ...reverse(), weight_hh_l0_reverse: tf.zeros([3, 1]) }),
      ],
      ['too few lengths', /2 lengths for 3 rows/, () => gru(tf.zeros([B, T, I]), Int32Array.of(1, 2), weights())],
      ['a length of 0', /length 0 for row 1/, () => gru(tf.zeros([B, T, I]), Int32Array.of(1, 0, 2), weights())],
      [
        'a length past the end',
        /between 1 and 5/,
        () => recurrentLast('gru', tf.zeros([B, T, I]), Int32Array.of(1, 6, 2), weights()),
      ],
      [
        'initial states of one direction for two',
        /initialState\.hidden.*\[2, 3, 2\]/,
        () =>
          gru(
            tf.zeros([B, T, I]),
            undefined,
            { ...weights(), ...reverse() },
            { initialState: { hidden: tf.zeros([1, B, H]) } },
          ),
      ],
      [
        'an LSTM from hidden states alone',
        /initialState\.cell/,
        () =>
          recurrentLast(
            'lstm',
            tf.zeros([B, T, I]),
            undefined,
            {
              weight_ih_l0: tf.zeros([8, I]),
              weight_hh_l0: tf.zeros([8, H]),
              bias_ih_l0: tf.zeros([8]),
              bias_hh_l0: tf.zeros([8]),
            },
            { initialState: { hidden: tf.zeros([1, B, H]) } },
          ),
      ],
    ])('%s', (_, message, run) => {
      tf.tidy(() => {
        expect(run).toThrow(refused(message));
      });
    });

    it('but takes lengths that are left out as T, and a state from a run before', () => {
      tf.tidy(() => {
        const both = { ...weights(), ...reverse() };
        const first = gru(tf.ones([B, T, I]), undefined, both);
        const second = gru(tf.ones([B, T, I]), Int32Array.of(T, T, T), both, { initialState: first });
        expect(second.output.shape).toEqual([B, T, 2 * H]);
        expect(second.hidden.shape).toEqual([2, B, H]);
      });
    });
  });
});
