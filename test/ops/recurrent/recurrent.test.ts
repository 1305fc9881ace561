import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registerBackend } from '../../../src/ops/backends/registerBackend.js';
import { tensorflow } from '../../tensorflow.js';
import { expectValuesClose } from '../expectClose.js';
import { expectSameOutcome } from '../kernels/expectSameOutcome.js';
import { lastOutcome, layerOutcome, makeCase, plain, runLayerOf, tensorOf } from './recurrentCase.js';
import type { Case, Outcome, Plain, Sizes } from './recurrentCase.js';

beforeAll(() => {
  registerBackend();
});

const SETTINGS = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) =>
  ([1, 2] as const).flatMap((directions) =>
    [false, true].flatMap((overPadding) =>
      [false, true].map((fromState) => ({ cell, directions, overPadding, fromState })),
    ),
  ),
);

const name = ({ cell, directions, overPadding, fromState }: (typeof SETTINGS)[number]): string =>
  `${cell}, ${directions === 2 ? 'two directions' : 'one direction'}, ` +
  `${overPadding ? 'over the padding' : 'packed'}, from ${fromState ? 'a state given' : 'zeros'}`;

const EACH = SETTINGS.map((settings) => [name(settings), settings] as const);

const on = async (backend: string, run: () => Outcome): Promise<Outcome> => {
  await tf.setBackend(backend);
  return run();
};

const expectAgreement = async (run: () => Outcome): Promise<void> => {
  const expected = await on('headwater', run);
  for (const stock of ['cpu', ...tensorflow]) expectSameOutcome(await on(stock, run), expected);
};

describe('reference kernels and the composition of stock ops agree', () => {
  const shapes: readonly (readonly [string, Pick<Sizes, 'lengths' | 'time' | 'inputSize' | 'hiddenSize'>])[] = [
    ['odd sizes', { lengths: [3, 1, 5, 2, 4, 5, 3], time: 5, inputSize: 7, hiddenSize: 9 }],
    ['a batch of one row', { lengths: [6], time: 6, inputSize: 3, hiddenSize: 5 }],
    ['one token a row', { lengths: [1, 1, 1], time: 1, inputSize: 4, hiddenSize: 3 }],
    ['rows of equal length', { lengths: [4, 4, 4, 4], time: 4, inputSize: 5, hiddenSize: 4 }],
    ['rows all shorter than the batch', { lengths: [2, 3, 1], time: 7, inputSize: 2, hiddenSize: 1 }],
  ];

  describe.each(shapes)('%s', (_, shape) => {
    it.each(EACH)('%s', async (_name, settings) => {
      const of = makeCase({ ...shape, ...settings }, 17);
      await expectAgreement(() => layerOutcome(of));
      await expectAgreement(() => lastOutcome(of, 'recurrentLast'));
    });
  });

  // Stock ops take half a second for 200 steps, so one long row is held to them once a cell.
  it.each(
    EACH.filter(
      ([, { cell, directions, overPadding, fromState }]) =>
        directions === 2 && !fromState && overPadding === (cell === 'rnn'),
    ),
  )('one long row of 200: %s', async (_name, settings) => {
    const of = makeCase({ ...settings, lengths: [200, 2, 1], time: 200, inputSize: 3, hiddenSize: 2 }, 19);
    await expectAgreement(() => layerOutcome(of));
  });

  it('for any sizes', async () => {
    const arbitrary = fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 0, max: 2 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
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
      fc.asyncProperty(arbitrary, fc.integer(), async (sizes, seed) => {
        const of = makeCase(sizes, seed);
        await expectAgreement(() => layerOutcome(of));
        await expectAgreement(() => lastOutcome(of, 'recurrentLast'));
      }),
      { seed: 23, numRuns: 25 },
    );
  });
});

describe.each(['headwater', 'cpu', ...tensorflow])('on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  const sizes = { lengths: [3, 1, 5, 2, 4], time: 6, inputSize: 4, hiddenSize: 3 };

  it.each(EACH)('recurrentLast is gatherLast of the layer, gradients included: %s', (_, settings) => {
    const of = makeCase({ ...sizes, ...settings }, 29);
    expectSameOutcome(lastOutcome(of, 'recurrentLast'), lastOutcome(of, 'gatherLast'));
  });

  it.each(EACH.filter(([, { overPadding }]) => !overPadding))(
    'what stands past a row is never read, and nothing is put there: %s',
    (_, settings) => {
      const of = makeCase({ ...sizes, ...settings }, 31);
      const x = of.inputs.get('x')!;
      const past = (row: number, t: number): boolean => t >= of.lengths[row]!;
      const at = (i: number, width: number): boolean =>
        past(Math.floor(i / (sizes.time * width)), Math.floor(i / width) % sizes.time);
      const spoilt: Case = {
        ...of,
        inputs: new Map([
          ...of.inputs,
          ['x', { shape: x.shape, data: x.data.map((value, i) => (at(i, sizes.inputSize) ? NaN : value)) }],
        ]),
        gradients: {
          ...of.gradients,
          output: {
            ...of.gradients.output,
            data: of.gradients.output.data.map((value, i) =>
              at(i, settings.directions * sizes.hiddenSize) ? NaN : value,
            ),
          },
        },
      };
      // The loss multiplies by NaN there, but its gradients, which are what counts, must not arrive.
      const outcomes = layerOutcome(spoilt);
      expectSameOutcome(outcomes, layerOutcome(of));
      expectSameOutcome(lastOutcome(spoilt, 'recurrentLast'), lastOutcome(of, 'recurrentLast'));
      outcomes.get('output')!.data.forEach((value, i) => {
        if (at(i, settings.directions * sizes.hiddenSize)) expect(value).toBe(0);
      });
      outcomes.get('dx')!.data.forEach((value, i) => {
        if (at(i, sizes.inputSize)) expect(value).toBe(0);
      });
    },
  );

  it.each(EACH)('leaves no tensor behind: %s', (_, settings) => {
    const of = makeCase({ ...sizes, ...settings }, 37);
    const step = (): void => {
      layerOutcome(of);
      lastOutcome(of, 'recurrentLast');
    };
    step();
    const before = tf.memory();
    step();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
  });

  it('leaves nothing but its results behind outside of a tidy', () => {
    const of = makeCase({ ...sizes, cell: 'lstm', directions: 2, overPadding: false, fromState: true }, 41);
    const inputs = [...of.inputs.values()].map(tensorOf);
    const before = tf.memory().numTensors;
    const { output, hidden, cell } = runLayerOf(of, inputs);
    expect(tf.memory().numTensors).toBe(before + 3);
    tf.dispose([output, hidden, cell!, ...inputs]);
  });
});

describe('a row of the embedded backend', () => {
  it.each(EACH.filter(([, { overPadding }]) => !overPadding))(
    'has the same bytes whatever rows stand beside it: %s',
    async (_, settings) => {
      await tf.setBackend('headwater');
      const lengths = [3, 1, 5, 2, 4]; // 5 rows, and no other size is 5
      const all = makeCase({ ...settings, lengths, time: 6, inputSize: 4, hiddenSize: 3 }, 47);
      const together = layerOutcome(all).get('output')!;
      lengths.forEach((length, row) => {
        /** The row's part of values laid out [B, …] or, for states, [D, B, …]. */
        const part = (values: Plain): Plain => {
          const axis = values.shape.indexOf(lengths.length);
          const inner = values.shape.slice(axis + 1).reduce((a, b) => a * b, 1);
          return {
            shape: values.shape.map((size, i) => (i === axis ? 1 : size)),
            data: values.data.filter((_value, i) => Math.floor(i / inner) % lengths.length === row),
          };
        };
        const inputs = new Map(
          [...all.inputs].map(([input, values]) => [input, ['x', 'h0', 'c0'].includes(input) ? part(values) : values]),
        );
        const gradients = {
          output: part(all.gradients.output),
          hidden: part(all.gradients.hidden),
          cell: part(all.gradients.cell),
          last: part(all.gradients.last),
        };
        expect(layerOutcome({ ...all, lengths: [length], inputs, gradients }).get('output')!.data).toEqual(
          part(together).data,
        );
      });
    },
  );
});

describe('gradients are the slopes of the outputs', () => {
  beforeEach(async () => {
    await tf.setBackend('headwater');
  });

  it.each(EACH)('%s', (_, settings) => {
    const of = makeCase({ ...settings, lengths: [3, 1, 2], time: 3, inputSize: 2, hiddenSize: 2 }, 43);
    /** Σ outputs · their gradients, summed in float64. */
    const loss = (changed: Case): number =>
      tf.tidy(() => {
        const run = runLayerOf(changed, [...changed.inputs.values()].map(tensorOf));
        const product = (tensor: tf.Tensor | undefined, weights: Float32Array): number =>
          tensor === undefined ? 0 : plain(tensor).data.reduce((sum, value, i) => sum + value * weights[i]!, 0);
        return (
          product(run.output, of.gradients.output.data) +
          product(run.hidden, of.gradients.hidden.data) +
          product(run.cell, of.gradients.cell.data)
        );
      });
    const outcomes = layerOutcome(of);
    for (const [input, values] of of.inputs) {
      const slopes = values.data.map((_value, i) => {
        const shifted = (by: number): number =>
          loss({
            ...of,
            inputs: new Map([
              ...of.inputs,
              [input, { ...values, data: values.data.map((value, j) => (i === j ? value + by : value)) }],
            ]),
          });
        const slope = (by: number): number => (shifted(by) - shifted(-by)) / (2 * by);
        // Richardson's extrapolation: the error of central differences falls with the fourth power of the step, so the
        // step may be wide enough for float32.
        return (4 * slope(0.02) - slope(0.04)) / 3;
      });
      expectValuesClose(`d${input}`, outcomes.get(`d${input}`)!, { shape: values.shape, data: slopes }, 1e-4);
    }
  });
});
