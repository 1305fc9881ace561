import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerEmbedded } from '../../../../src/ops/backends/registerEmbedded.js';
import { expectSameOutcome } from '../expectSameOutcome.js';
import { lastOutcome, layerOutcome, makeCase } from '../../recurrent/recurrentCase.js';
import type { Outcome, Sizes } from '../../recurrent/recurrentCase.js';
import { registerSimd } from './simdBackend.js';

const backends = [
  registerSimd('relaxed', 1),
  registerSimd('simd', 1),
  registerSimd('relaxed', 2),
  registerSimd('simd', 3),
  registerSimd('wide', 2),
];

beforeAll(() => {
  registerEmbedded('reference', undefined);
});

const SETTINGS = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) =>
  ([1, 2] as const).flatMap((directions) =>
    [false, true].flatMap((overPadding) =>
      [false, true].map((fromState) => ({ cell, directions, overPadding, fromState })),
    ),
  ),
);

const on = async (backend: string, run: () => Outcome): Promise<Outcome> => {
  await tf.setBackend(backend);
  return run();
};

const shapes: readonly (readonly [string, Pick<Sizes, 'lengths' | 'time' | 'inputSize' | 'hiddenSize'>])[] = [
  ['odd sizes', { lengths: [3, 1, 5, 2, 4, 5, 3], time: 5, inputSize: 7, hiddenSize: 9 }],
  [
    'many rows of several groups',
    { lengths: Array.from({ length: 37 }, (_, i) => 1 + ((i * 7) % 6)), time: 6, inputSize: 10, hiddenSize: 13 },
  ],
  ['a batch of one row', { lengths: [6], time: 6, inputSize: 3, hiddenSize: 5 }],
  ['one token a row', { lengths: [1, 1, 1], time: 1, inputSize: 4, hiddenSize: 3 }],
  ['rows of equal length', { lengths: [4, 4, 4, 4], time: 4, inputSize: 5, hiddenSize: 4 }],
  ['rows all shorter than the batch', { lengths: [2, 3, 1], time: 7, inputSize: 2, hiddenSize: 1 }],
];

describe.each(shapes)('equal the reference kernels: %s', (_, shape) => {
  it.each(SETTINGS)('%o', async (settings) => {
    const of = makeCase({ ...shape, ...settings }, 17);
    const layer = await on('reference', () => layerOutcome(of));
    const last = await on('reference', () => lastOutcome(of, 'recurrentLast'));
    for (const { name } of backends) {
      expectSameOutcome(await on(name, () => layerOutcome(of)), layer);
      expectSameOutcome(await on(name, () => lastOutcome(of, 'recurrentLast')), last);
    }
  });
});

it.each(SETTINGS)('equal the reference kernels for a row of 500 beside short ones: %o', async (settings) => {
  const of = makeCase({ ...settings, lengths: [500, 2, 1], time: 500, inputSize: 3, hiddenSize: 5 }, 19);
  const expected = await on('reference', () => layerOutcome(of));
  for (const { name } of backends) expectSameOutcome(await on(name, () => layerOutcome(of)), expected);
});

it('equal the reference kernels for any sizes', async () => {
  const arbitrary = fc
    .tuple(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 0, max: 2 }),
      fc.integer({ min: 1, max: 37 }),
      fc.integer({ min: 1, max: 37 }),
    )
    .chain(([lengths, extra, inputSize, hiddenSize]) =>
      fc.constantFrom(...SETTINGS).map((settings): Sizes => ({
        ...settings,
        lengths,
        time: Math.max(...lengths) + extra,
        inputSize,
        hiddenSize,
      })),
    );
  await fc.assert(
    fc.asyncProperty(arbitrary, fc.integer(), fc.constantFrom(...backends), async (sizes, seed, { name }) => {
      const of = makeCase(sizes, seed);
      expectSameOutcome(await on(name, () => layerOutcome(of)), await on('reference', () => layerOutcome(of)));
      expectSameOutcome(
        await on(name, () => lastOutcome(of, 'recurrentLast')),
        await on('reference', () => lastOutcome(of, 'recurrentLast')),
      );
    }),
    { seed: 23, numRuns: 60 },
  );
});

it.each(SETTINGS)('give all their memory back: %o', async (settings) => {
  const of = makeCase({ ...settings, lengths: [3, 1, 5], time: 5, inputSize: 7, hiddenSize: 9 }, 5);
  const { name, machine } = backends[2]!;
  const before = machine.memory.bytesInUse;
  await on(name, () => layerOutcome(of));
  await on(name, () => lastOutcome(of, 'recurrentLast'));
  expect(machine.memory.bytesInUse).toBe(before);
});
