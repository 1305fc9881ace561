import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { random } from '../../../src/contracts/random.js';
import { Adam } from '../../../src/ops/optimizers/Adam.js';
import { dropout } from '../../../src/ops/layers/dropout.js';
import { embeddedRecurrentLast } from '../../../src/ops/recurrent/embeddedRecurrentLast.js';
import { embedding } from '../../../src/ops/layers/embedding.js';
import { webgpuFailure } from '../../../src/ops/backends/loadWebgpu.js';
import type { LayerWeights } from '../../../src/ops/recurrent/internal/RecurrentPass.js';
import { addProduct } from '../kernels/headwater/addProduct.js';
import { expectValuesClose } from '../expectClose.js';
import { makeCase, tensorOf, type Plain, type Sizes, type Tensors } from '../recurrent/recurrentCase.js';
import { describeOnWebgpu, outcomeOn } from './webgpu.js';

const draw = (seed: number, ...shape: number[]): Plain => {
  const dice = random(seed, 'test');
  return { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => dice.uniform() * 2 - 1) };
};

/**
 * Tokens of few kinds, so that most come more than once; the padding token among them, past the rows' ends and within.
 */
const tokensOf = (lengths: readonly number[], time: number, vocabulary: number): Int32Array => {
  const dice = random(3, 'test');
  return Int32Array.from({ length: lengths.length * time }, (_, i) =>
    i % time < lengths[Math.floor(i / time)]! ? dice.below(vocabulary) : 0,
  );
};

const expectAsReference = async (compute: () => Tensors, tolerance: number): Promise<void> => {
  const [found, wanted] = [await outcomeOn('webgpu', compute), await outcomeOn('reference', compute)];
  expect(webgpuFailure()).toBeUndefined();
  for (const [name, values] of wanted) expectValuesClose(name, found.get(name)!, values, tolerance);
};

describeOnWebgpu('ops on WebGPU equal the reference kernels', () => {
  const SETTINGS = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) =>
    ([1, 2] as const).flatMap((directions) => [false, true].map((overPadding) => ({ cell, directions, overPadding }))),
  );

  it.each(SETTINGS)(
    'embedding and layer in one: %o',
    async (settings) => {
      const [vocabulary, lengths] = [7, [3, 1, 6, 2, 6]];
      const sizes: Sizes = { ...settings, fromState: false, lengths, time: 7, inputSize: 5, hiddenSize: 6 };
      const of = makeCase(sizes, 11);
      const names = [...of.inputs.keys()].slice(1);
      const batch = {
        tokens: tokensOf(lengths, 7, vocabulary),
        size: lengths.length,
        time: 7,
        lengths: Int32Array.from(lengths),
      };
      const run = ([embeddings, ...weights]: readonly tf.Tensor[]): tf.Tensor =>
        embeddedRecurrentLast(
          of.cell,
          embeddings!,
          batch,
          Object.fromEntries(names.map((name, i) => [name, weights[i]!])) as unknown as LayerWeights<tf.Tensor>,
          { overPadding: of.overPadding },
        );
      await expectAsReference(
        () =>
          tf.tidy(() => {
            const inputs = [draw(5, vocabulary, 5), ...[...of.inputs.values()].slice(1)].map(tensorOf);
            const gradients = tf.grads((...tensors: tf.Tensor[]) =>
              addProduct([run(tensors)], [tensorOf(of.gradients.last)]),
            )(inputs);
            return {
              last: run(inputs),
              ...Object.fromEntries(gradients.map((gradient, i) => [`d${['embeddings', ...names][i]!}`, gradient])),
            };
          }),
        1e-4,
      );
    },
    120_000,
  );

  it("sums the embedding's gradients, the same bits every time", async () => {
    const tokens = tokensOf([40, 40, 17], 40, 9);
    const compute = (): Tensors =>
      tf.tidy(() => {
        const gradient = tf.grad((weight) =>
          addProduct([embedding(weight, { tokens, size: 3, time: 40 })], [tensorOf(draw(7, 3, 40, 5))]),
        )(tensorOf(draw(6, 12, 5)));
        return { gradient };
      });
    await expectAsReference(compute, 1e-5);
    expect(await outcomeOn('webgpu', compute)).toEqual(await outcomeOn('webgpu', compute));
  }, 120_000);

  it('takes embeddings of more values than one dimension of a dispatch has invocations', async () => {
    const [vocabulary, width] = [45_000, 100]; // 65,535 workgroups of 64 are 4,194,240
    const tokens = Int32Array.of(44_999, 3, 41_944, 41_943, 3, 44_999);
    await expectAsReference(
      () =>
        tf.tidy(() => {
          const weights = new Map([['w', tf.variable(tf.ones([vocabulary, width]))]]);
          const gradient = tf.grad((weight) =>
            addProduct([embedding(weight, { tokens, size: 2, time: 3 })], [tensorOf(draw(7, 2, 3, width))]),
          )(weights.get('w')!);
          const adam = new Adam(weights);
          adam.step(new Map([['w', gradient]]), 1e-2);
          adam.dispose();
          const rows = tf.tensor1d([3, 41_942, 41_943, 41_944, 44_999], 'int32');
          const results = { gradient: tf.gather(gradient, rows), after: tf.gather(weights.get('w')!, rows) };
          weights.get('w')!.dispose();
          return results;
        }),
      1e-6,
    );
  }, 120_000);

  it("makes Adam's steps, and leaves a weight without gradients as it is", async () => {
    await expectAsReference(() => {
      const weights = new Map([
        ['w', tf.tidy(() => tf.variable(tensorOf(draw(1, 9, 11))))],
        ['padding', tf.tidy(() => tf.variable(tensorOf(draw(2, 5))))],
      ]);
      const adam = new Adam(weights);
      for (let step = 0; step < 5; step++)
        tf.tidy(() =>
          adam.step(
            new Map([
              ['w', tensorOf(draw(10 + step, 9, 11))],
              ['padding', tf.zeros([5])],
            ]),
            1e-2,
          ),
        );
      adam.dispose();
      return Object.fromEntries(weights);
    }, 1e-6);
  }, 120_000);

  it('drops the same positions', async () => {
    await expectAsReference(() => ({ y: dropout(tf.ones([7, 9]), { rate: 0.4, seed: 7, epoch: 2, step: 4 }) }), 1e-6);
  }, 120_000);
});
