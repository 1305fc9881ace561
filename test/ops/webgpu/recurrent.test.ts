import { dispose, setBackend } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { webgpuFailure } from '../../../src/ops/backends/loadWebgpu.js';
import { expectValuesClose } from '../expectClose.js';
import { lastTensors, layerTensors, makeCase } from '../recurrent/recurrentCase.js';
import type { Case, Outcome, Sizes } from '../recurrent/recurrentCase.js';
import { describeOnWebgpu, dispatchesOf, outcomeOn, withWorkgroupMemory } from './webgpu.js';

const expectSame = (actual: Outcome, expected: Outcome): void => {
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, values] of actual) expectValuesClose(name, values, expected.get(name)!, 1e-4);
};

const SETTINGS = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) =>
  ([1, 2] as const).flatMap((directions) =>
    [false, true].flatMap((overPadding) =>
      [false, true].map((fromState) => ({ cell, directions, overPadding, fromState })),
    ),
  ),
);

type Shape = Pick<Sizes, 'lengths' | 'time' | 'inputSize' | 'hiddenSize'>;

const SHAPES: readonly Shape[] = [
  { lengths: [3, 1, 5, 2, 4, 5, 3], time: 5, inputSize: 7, hiddenSize: 9 },
  { lengths: [1], time: 1, inputSize: 4, hiddenSize: 3 },
  { lengths: [4, 4, 4, 4], time: 4, inputSize: 5, hiddenSize: 8 },
  { lengths: [2, 3, 1], time: 7, inputSize: 2, hiddenSize: 1 },
];

const expectAsReference = async (of: Case): Promise<void> => {
  for (const compute of [() => layerTensors(of), () => lastTensors(of, 'recurrentLast')])
    expectSame(await outcomeOn('webgpu', compute), await outcomeOn('reference', compute));
  expect(webgpuFailure()).toBeUndefined();
};

describeOnWebgpu('recurrent layers by compute shaders equal the reference kernels', () => {
  // Every setting has the first shape. Each other shape meets every cell, direction, padding and state at least once.
  it.each(SETTINGS.map((settings, i) => ({ ...settings, i })))(
    '%o',
    async ({ i, ...settings }) => {
      const shapes = SHAPES.filter((_, k) => k === 0 || (i + (i >> 2) + k) % 4 === 0);
      for (const shape of shapes) await expectAsReference(makeCase({ ...shape, ...settings }, 17));
    },
    120_000,
  );

  const plain = { directions: 2, overPadding: false, fromState: false } as const;

  it.each(['rnn', 'gru', 'lstm'] as const)(
    'a row of 200 beside short ones: %s',
    async (cell) => {
      await expectAsReference(
        makeCase({ ...plain, cell, lengths: [200, 2, 1, 7, 30], time: 200, inputSize: 3, hiddenSize: 6 }, 19),
      );
    },
    120_000,
  );

  it.each([
    ['more units than a workgroup has invocations', { lengths: [3, 2], time: 3, inputSize: 4, hiddenSize: 260 }],
    ["the lesson's sizes", { lengths: [9, 12, 7, 3, 8], time: 12, inputSize: 100, hiddenSize: 128 }],
  ])(
    '%s',
    async (_, shape) => {
      await expectAsReference(makeCase({ ...plain, cell: 'gru', ...shape }, 23));
    },
    120_000,
  );

  // Four rows take 432 bytes, two 216, one 108; with less the layer is composed of stock ops.
  it.each([440, 220, 112, 100])(
    'where the invocations of a workgroup share no more than %d bytes',
    async (bytes) => {
      const of = makeCase(
        {
          ...plain,
          cell: 'gru',
          fromState: true,
          lengths: [3, 1, 5, 2, 4, 5, 3],
          time: 5,
          inputSize: 7,
          hiddenSize: 9,
        },
        17,
      );
      await withWorkgroupMemory(bytes, () => expectAsReference(of));
    },
    120_000,
  );

  it.each(['rnn', 'gru', 'lstm'] as const)('take as many dispatches for 40 steps as for 4: %s', async (cell) => {
    await setBackend('webgpu');
    const counts = [4, 40].map((time) =>
      dispatchesOf(() =>
        dispose({
          ...layerTensors(makeCase({ ...plain, cell, lengths: [time, 1], time, inputSize: 3, hiddenSize: 6 }, 19)),
        }),
      ),
    );
    expect(counts[0]).toBeGreaterThan(4);
    expect(counts[1]).toBe(counts[0]);
  });
});
