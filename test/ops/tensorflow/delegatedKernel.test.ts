import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { LARGEST_DELEGATED } from '../../../src/ops/kernels/tensorflow/delegatedKernels.js';
import { onBackend } from '../../../src/ops/backends/onBackend.js';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { recurrentLast } from '../../../src/ops/recurrent/recurrentLast.js';
import { describeWithTensorflow } from '../../tensorflow.js';
import { expectSameOutcome } from '../kernels/expectSameOutcome.js';
import { lastOutcome, layerOutcome, makeCase } from '../recurrent/recurrentCase.js';

/** libtensorflow's backend, as far as a test looks into it. */
interface Inside {
  binding: { readonly executeOp: (...call: readonly unknown[]) => unknown; readonly getNumOfTensors: () => number };
}

const inside = (): Inside => tf.findBackend('tensorflow') as unknown as Inside;

/** The names of the ops that libtensorflow executes meanwhile. */
const executedBy = (work: () => void): readonly string[] => {
  const backend = inside();
  const { binding } = backend;
  const names: string[] = [];
  const executeOp = (...call: readonly unknown[]): unknown => {
    names.push(String(call[0]));
    return binding.executeOp(...call);
  };
  backend.binding = Object.create(binding, { executeOp: { value: executeOp } }) as Inside['binding'];
  try {
    work();
  } finally {
    backend.binding = binding;
  }
  return names;
};

/** A layer's last outputs and their gradients, of a hidden state of so many features. */
const sizes = (hiddenSize: number) =>
  ({
    cell: 'gru',
    directions: 2,
    lengths: [3, 1, 4],
    time: 4,
    inputSize: 5,
    hiddenSize,
    overPadding: false,
    fromState: false,
  }) as const;

describeWithTensorflow('kernels that the embedded backend lends to libtensorflow', () => {
  beforeAll(() => registerBackend());

  it.each(['rnn', 'gru', 'lstm'] as const)(
    '%s: computes the same as the embedded backend, from given states, over every output',
    (cell) => {
      const of = makeCase({ ...sizes(6), cell, fromState: true }, 1);
      expectSameOutcome(
        onBackend('tensorflow', () => layerOutcome(of)),
        onBackend('headwater', () => layerOutcome(of)),
      );
    },
  );

  it('takes a small layer forwards without an op of libtensorflow, and a large one by composition, with the same results', () => {
    const run = (hiddenSize: number) => {
      const weights = onBackend('tensorflow', () => ({
        weight_ih_l0: tf.ones([3 * hiddenSize, 2]),
        weight_hh_l0: tf.zeros([3 * hiddenSize, hiddenSize]),
        bias_ih_l0: tf.zeros([3 * hiddenSize]),
        bias_hh_l0: tf.zeros([3 * hiddenSize]),
      }));
      const x = onBackend('tensorflow', () => tf.tensor3d([1, 2, 3, 4, 5, 6], [1, 3, 2]));
      const names = executedBy(() =>
        onBackend('tensorflow', () => tf.tidy(() => void recurrentLast('gru', x, undefined, weights).dataSync())),
      );
      tf.dispose([x, weights]);
      return names;
    };
    expect(run(LARGEST_DELEGATED)).toEqual([]);
    expect(run(LARGEST_DELEGATED + 1)).toContain('BatchMatMulV2');
    const large = makeCase(sizes(LARGEST_DELEGATED + 1), 2);
    expectSameOutcome(
      onBackend('tensorflow', () => lastOutcome(large, 'recurrentLast')),
      onBackend('headwater', () => lastOutcome(large, 'recurrentLast')),
    );
  });

  it('leaves nothing behind, on neither side', () => {
    const of = makeCase(sizes(6), 3);
    const left = (): readonly number[] => [
      tf.memory().numTensors,
      inside().binding.getNumOfTensors(),
      tf.findBackend('headwater').numDataIds(),
      tf.findBackend('tensorflow').numDataIds(),
    ];
    onBackend('tensorflow', () => lastOutcome(of, 'recurrentLast'));
    const before = left();
    onBackend('tensorflow', () => lastOutcome(of, 'recurrentLast'));
    onBackend('tensorflow', () => layerOutcome(of));
    expect(left()).toEqual(before);
  });
});
