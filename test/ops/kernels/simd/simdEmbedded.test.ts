import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../../../src/contracts/random.js';
import { Adam } from '../../../../src/ops/optimizers/Adam.js';
import { embeddedRecurrentLast } from '../../../../src/ops/recurrent/embeddedRecurrentLast.js';
import type { CellName, LayerWeights } from '../../../../src/ops/recurrent/internal/RecurrentPass.js';
import { registerEmbedded } from '../../../../src/ops/backends/registerEmbedded.js';
import { addProduct } from '../headwater/addProduct.js';
import { expectSameOutcome } from '../expectSameOutcome.js';
import { makeCase, plain, tensorOf } from '../../recurrent/recurrentCase.js';
import type { Case, Outcome, Plain } from '../../recurrent/recurrentCase.js';
import { registerSimd } from './simdBackend.js';

const backends = [registerSimd('relaxed', 1), registerSimd('simd', 2), registerSimd('wide', 2)];

beforeAll(() => {
  registerEmbedded('reference', undefined);
});

interface EmbeddedCase {
  readonly of: Case;
  readonly tokens: Int32Array;
  readonly embeddings: Plain;
}

const make = (
  cell: CellName,
  directions: 1 | 2,
  overPadding: boolean,
  lengths: readonly number[],
  vocabulary: number,
  inputSize: number,
  hiddenSize: number,
  seed = 3,
): EmbeddedCase => {
  const time = Math.max(...lengths) + 1;
  const dice = random(seed, 'test');
  const of = makeCase({ cell, directions, overPadding, fromState: false, lengths, time, inputSize, hiddenSize }, seed);
  const tokens = Int32Array.from({ length: lengths.length * time }, (_, i) =>
    i % time < lengths[Math.floor(i / time)]! ? dice.below(vocabulary) : 0,
  );
  return {
    of,
    tokens,
    embeddings: {
      shape: [vocabulary, inputSize],
      data: Float32Array.from({ length: vocabulary * inputSize }, () => dice.uniform() * 2 - 1),
    },
  };
};

const run = ({ of, tokens }: EmbeddedCase, [embeddings, ...weights]: readonly tf.Tensor[]): tf.Tensor => {
  const names = [...of.inputs.keys()].slice(1);
  const layer = Object.fromEntries(names.map((name, i) => [name, weights[i]!])) as unknown as LayerWeights<tf.Tensor>;
  return embeddedRecurrentLast(
    of.cell,
    embeddings!,
    { tokens, size: of.lengths.length, time: of.time, lengths: Int32Array.from(of.lengths) },
    layer,
    { overPadding: of.overPadding },
  );
};

const inputsOf = ({ of, embeddings }: EmbeddedCase): tf.Tensor[] =>
  [embeddings, ...[...of.inputs.values()].slice(1)].map(tensorOf);

/** The last outputs and all gradients on a backend. */
const outcome = async (backend: string, given: EmbeddedCase): Promise<Outcome> => {
  await tf.setBackend(backend);
  let result: Outcome = new Map();
  tf.tidy(() => {
    const inputs = inputsOf(given);
    const gradients = tf.grads((...tensors: tf.Tensor[]) =>
      addProduct([run(given, tensors)], [tensorOf(given.of.gradients.last)]),
    )(inputs);
    result = new Map([
      ['last', plain(run(given, inputs))],
      ...gradients.map((gradient, i): [string, Plain] => [`gradient ${i}`, plain(gradient)]),
    ]);
  });
  return result;
};

const SETTINGS = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) =>
  ([1, 2] as const).flatMap((directions) =>
    [false, true].map((overPadding) => [cell, directions, overPadding] as const),
  ),
);

describe.each(SETTINGS)('embeddedRecurrentLast of %s, %d direction(s), over the padding: %s', (...settings) => {
  it.each([
    ['rows of several groups', [3, 1, 5, 2, 4, 5, 3, 1, 1, 2, 6, 6, 6, 2, 3, 4, 5, 1, 2], 12, 7, 9],
    ['one row of one token', [1], 5, 3, 5],
    ['rows of equal length and one token', [4, 4, 4], 2, 5, 4],
  ] as const)(
    'is the same by fast kernels, by reference kernels and by stock ops: %s',
    async (_, lengths, vocabulary, inputSize, hiddenSize) => {
      const given = make(...settings, lengths, vocabulary, inputSize, hiddenSize);
      const expected = await outcome('reference', given);
      expectSameOutcome(await outcome('cpu', given), expected);
      for (const { name } of backends) expectSameOutcome(await outcome(name, given), expected);
    },
  );

  it('gives the same bits from the table of products as without, and never from one that is out of date', async () => {
    for (const { name, machine } of backends) {
      await tf.setBackend(name);
      const given = make(...settings, [3, 1, 5, 2], 6, 7, 9);
      const before = machine.memory.bytesInUse;
      tf.tidy(() => {
        const weights = inputsOf(given).map((tensor) => tf.variable(tensor));
        const fresh = (): Float32Array =>
          Float32Array.from(
            run(
              given,
              weights.map((weight) => tensorOf(plain(weight))),
            ).dataSync(),
          );
        const adam = new Adam(new Map(weights.map((weight, i) => [String(i), weight])));
        for (let round = 0; round < 3; round++) {
          const expected = fresh();
          for (let i = 0; i < 6; i++) expect(run(given, weights).dataSync()).toEqual(expected);
          // In place, by a step of the optimizer; and then by other tensors.
          adam.step(new Map(weights.map((weight, i) => [String(i), tf.onesLike(weight)])), 0.1);
          expect(run(given, weights).dataSync()).not.toEqual(expected);
          expect(run(given, weights).dataSync()).toEqual(fresh());
          weights[round % 2]!.assign(
            tensorOf(
              given.embeddings.shape[0] === weights[round % 2]!.shape[0]
                ? given.embeddings
                : plain(weights[round % 2]!),
            ),
          );
        }
        adam.dispose();
        for (const weight of weights) weight.dispose();
      });
      expect(machine.memory.bytesInUse).toBe(before);
    }
  });
});

it('embeddedRecurrentLast is the same by fast kernels and by reference kernels for any sizes', async () => {
  const arbitrary = fc.tuple(
    fc.constantFrom(...SETTINGS),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }),
    fc.integer({ min: 1, max: 50 }),
    fc.integer({ min: 1, max: 37 }),
    fc.integer({ min: 1, max: 37 }),
  );
  await fc.assert(
    fc.asyncProperty(
      arbitrary,
      fc.integer(),
      fc.constantFrom(...backends),
      async ([settings, lengths, vocabulary, inputSize, hiddenSize], seed, { name }) => {
        const given = make(...settings, lengths, vocabulary, inputSize, hiddenSize, seed);
        expectSameOutcome(await outcome(name, given), await outcome('reference', given));
      },
    ),
    { seed: 5, numRuns: 60 },
  );
});
