import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { Adam } from '../../../../../src/ops/optimizers/Adam.js';
import { dropout } from '../../../../../src/ops/layers/dropout.js';
import { embeddedRecurrentLast } from '../../../../../src/ops/recurrent/embeddedRecurrentLast.js';
import { embedding } from '../../../../../src/ops/layers/embedding.js';
import { gatherLast } from '../../../../../src/ops/layers/gatherLast.js';
import { gru } from '../../../../../src/ops/recurrent/gru.js';
import { gruCell } from '../../../../../src/ops/recurrent/gruCell.js';
import { linear } from '../../../../../src/ops/layers/linear.js';
import { lstm } from '../../../../../src/ops/recurrent/lstm.js';
import { lstmCell } from '../../../../../src/ops/recurrent/lstmCell.js';
import type { LayerWeights } from '../../../../../src/ops/recurrent/internal/RecurrentPass.js';
import { recurrentLast } from '../../../../../src/ops/recurrent/recurrentLast.js';
import { registerEmbedded } from '../../../../../src/ops/backends/registerEmbedded.js';
import { rnn } from '../../../../../src/ops/recurrent/rnn.js';
import { rnnCell } from '../../../../../src/ops/recurrent/rnnCell.js';
import { softmax } from '../../../../../src/ops/layers/softmax.js';
import { softmaxCrossEntropy } from '../../../../../src/ops/layers/softmaxCrossEntropy.js';
import { classifierProbabilities } from '../../../../../src/ops/recurrent/textClassifier.js';
import { registerSimd } from '../simdBackend.js';

const { name, machine } = registerSimd('simd', 1);
registerEmbedded('reference', undefined);

const HIDDEN = 3;
const lengths = Int32Array.of(3, 1, 5, 2, 4);
const batch = { size: 5, time: 5, tokens: Int32Array.from({ length: 25 }, (_, i) => (i * 7) % 100), lengths };
const wave = (...shape: readonly number[]): tf.Tensor =>
  tf.sin(
    tf.reshape(
      tf.range(
        0,
        shape.reduce((size, side) => size * side, 1),
      ),
      [...shape],
    ),
  );
const layer = (gates: number, inputs: number): LayerWeights<tf.Tensor> => ({
  weight_ih_l0: wave(gates * HIDDEN, inputs),
  weight_hh_l0: wave(gates * HIDDEN, HIDDEN),
  bias_ih_l0: wave(gates * HIDDEN),
  bias_hh_l0: wave(gates * HIDDEN),
});
const cell = (gates: number) => ({
  weight_ih: wave(gates * HIDDEN, 100),
  weight_hh: wave(gates * HIDDEN, HIDDEN),
  bias_ih: wave(gates * HIDDEN),
  bias_hh: wave(gates * HIDDEN),
});
const head = () => ({ fc1_weight: wave(6, HIDDEN), fc1_bias: wave(6), fc2_weight: wave(2, 6), fc2_bias: wave(2) });

/** Every public op, with an input of 1,000 values for its first. */
const ops: readonly (readonly [string, readonly number[], (input: tf.Tensor) => tf.Tensor])[] = [
  ['linear', [10, 100], (x) => linear(x, wave(4, 100), wave(4))],
  ['softmax', [10, 100], softmax],
  ['softmaxCrossEntropy', [10, 100], (logits) => softmaxCrossEntropy(logits, new Int32Array(10))],
  ['dropout', [10, 100], (x) => dropout(x, { rate: 0.5, seed: 1, epoch: 1, step: 0 })],
  ['embedding', [100, 10], (weight) => embedding(weight, batch)],
  ['gatherLast', [5, 5, 40], (output) => gatherLast(output, lengths)],
  ['rnn', [5, 5, 40], (x) => rnn(x, lengths, layer(1, 40)).output],
  ['gru', [5, 5, 40], (x) => gru(x, lengths, layer(3, 40)).output],
  ['lstm', [5, 5, 40], (x) => lstm(x, lengths, layer(4, 40)).output],
  ['recurrentLast', [5, 5, 40], (x) => recurrentLast('gru', x, lengths, layer(3, 40))],
  ['rnnCell', [10, 100], (x) => rnnCell(x, wave(10, HIDDEN), cell(1))],
  ['gruCell', [10, 100], (x) => gruCell(x, wave(10, HIDDEN), cell(3))],
  ['lstmCell', [10, 100], (x) => lstmCell(x, { hidden: wave(10, HIDDEN), cell: wave(10, HIDDEN) }, cell(4)).hidden],
  ['embeddedRecurrentLast', [100, 10], (embeddings) => embeddedRecurrentLast('gru', embeddings, batch, layer(3, 10))],
  [
    'classifierProbabilities',
    [100, 10],
    (embeddings) =>
      classifierProbabilities(
        'gru',
        { embeddings, ...layer(3, 10), ...head() },
        { ...batch, ids: new Int32Array(5) },
        { padIndex: 0, overPadding: false },
      ),
  ],
];

describe.each(ops)('%s', (_, shape, run) => {
  it.each(['bool', 'int32'] as const)(
    'reads a cast of %s, and leaves that and what stands beside it in memory as they were',
    async (dtype) => {
      await tf.setBackend(name);
      const { memory } = machine;
      const before = memory.bytesInUse;
      tf.tidy(() => {
        const bits = Array.from({ length: 1000 }, (_v, i) => (i * i) % 3 === 0);
        const given = tf.tensor(dtype === 'bool' ? bits : bits.map(Number), [...shape], dtype);
        const expected = run(tf.tensor(bits.map(Number), [...shape])).dataSync();
        // A block of 1,000 bytes that is free, and one behind it that is in use: what is written past the first shows
        // in the second.
        const [free, guard] = [memory.allocate(1000), memory.allocate(4000)];
        memory.ints(guard, 1000).fill(7);
        memory.free(free);

        expect(run(tf.cast(given, 'float32')).dataSync()).toEqual(expected);

        expect(memory.ints(guard, 1000).every((word) => word === 7)).toBe(true);
        memory.free(guard);
        expect(given.dataSync()).toEqual(
          dtype === 'bool' ? Uint8Array.from(bits, Number) : Int32Array.from(bits, Number),
        );
      });
      expect(memory.bytesInUse).toBe(before);
    },
  );

  it.each(['bool', 'int32'] as const)('refuses %s itself, and says what to do', async (dtype) => {
    await tf.setBackend(name);
    tf.tidy(() => {
      expect(() => run(tf.zeros([...shape], dtype))).toThrow(
        expect.objectContaining({
          code: 'HW_USAGE',
          message: expect.stringMatching(`of dtype ${dtype}, but it must be float32\\. Cast it first\\.`) as string,
        }),
      );
    });
  });
});

it.each([name, 'reference'])(
  'Adam on %s takes fractional steps from weights that were cast from whole numbers',
  async (backend) => {
    await tf.setBackend(backend);
    tf.tidy(() => {
      const weight = tf.variable(tf.cast(tf.tensor1d([1, 2], 'int32'), 'float32'));
      // Read by a kernel before it is written into.
      softmax(tf.reshape(weight, [1, 2]));
      const adam = new Adam(new Map([['w', weight]]));
      adam.step(new Map([['w', tf.tensor1d([1, -1])]]), 0.5);
      expect([...weight.dataSync()]).toEqual([0.5, 2.5]);
      adam.dispose();
    });
  },
);
