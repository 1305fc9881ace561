import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { random } from '../../../src/contracts/random.js';
import { gru } from '../../../src/ops/recurrent/gru.js';
import { indexedRecurrent } from '../../../src/ops/recurrent/indexedRecurrent.js';
import type { CellName, LayerWeights } from '../../../src/ops/recurrent/internal/RecurrentPass.js';
import { lstm } from '../../../src/ops/recurrent/lstm.js';
import { rnn } from '../../../src/ops/recurrent/rnn.js';
import { distinctWords } from '../../../src/ops/sparse/distinctWords.js';
import { expectClose } from '../../expectClose.js';
import { everyBackend } from '../everyBackend.js';
import { expectGradientOfDifferences } from '../finiteDifferences.js';

const LAYERS = { rnn, gru, lstm } as const;
const GATES = { rnn: 1, gru: 3, lstm: 4 } as const;

const drawFrom = (seed: number): ((...shape: number[]) => { shape: number[]; data: Float32Array }) => {
  const dice = random(seed, 'test');
  return (...shape) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => dice.uniform() - 0.5),
  });
};

/** A batch whose rows share few inputs; the last of them is never taken. */
const makeCase = (
  cell: CellName,
  directions: 1 | 2,
  [size, time, count, inputs, units]: readonly [number, number, number, number, number],
) => {
  const draw = drawFrom(size);
  const dice = random(size + 1, 'test');
  const lengths = Int32Array.from({ length: size }, (_, i) => (i === 0 ? time : 1 + dice.below(time)));
  const places = Int32Array.from({ length: size * time }, (_, i) =>
    i % time < lengths[Math.floor(i / time)]! ? dice.below(count - 1) : -1,
  );
  const names: string[] = [];
  const weights = ['', '_reverse'].slice(0, directions).flatMap((reverse) => {
    names.push(...['weight_ih', 'weight_hh', 'bias_ih', 'bias_hh'].map((name) => `${name}_l0${reverse}`));
    const rows = GATES[cell] * units;
    return [draw(rows, inputs), draw(rows, units), draw(rows), draw(rows)];
  });
  return {
    batch: { size, time, places, lengths },
    rows: draw(count, inputs),
    names,
    weights,
    dOutput: draw(size, time, directions * units),
  };
};

type Case = ReturnType<typeof makeCase>;

/** What an op puts out, and its gradients, for rows and weights. */
const outcome = (
  { rows, names, weights, dOutput }: Case,
  run: (rows: tf.Tensor, weights: LayerWeights<tf.Tensor>) => tf.Tensor,
): readonly Float32Array[] =>
  tf.tidy(() => {
    const given = [rows, ...weights].map(({ shape, data }) => tf.tensor(data.slice(), shape));
    const named = (tensors: readonly tf.Tensor[]): LayerWeights<tf.Tensor> =>
      Object.fromEntries(names.map((name, i) => [name, tensors[i]])) as unknown as LayerWeights<tf.Tensor>;
    const output = run(given[0]!, named(given.slice(1)));
    const gradients = tf.grads((x, ...rest) => run(x, named(rest)))(given, tf.tensor(dOutput.data, dOutput.shape));
    return [output, ...gradients].map((tensor) => tensor.dataSync<'float32'>().slice());
  });

const cases = (['rnn', 'gru', 'lstm'] as const).flatMap((cell) =>
  ([1, 2] as const).map((directions) => [cell, directions] as const),
);

describe.each(everyBackend)('indexedRecurrent on %s', (backend) => {
  it.each(cases)('is the layer over the inputs looked up: %s, %i direction(s)', async (cell, directions) => {
    for (const sizes of [
      [1, 1, 2, 3, 4],
      [5, 4, 6, 3, 5],
      [37, 6, 20, 9, 8],
    ] as const) {
      const made = makeCase(cell, directions, sizes);
      const { batch, rows } = made;
      await tf.setBackend(backend);
      const indexed = outcome(made, (x, weights) => indexedRecurrent(cell, x, batch, weights));
      // The layer as it is, on inputs that are looked up beforehand: the gradients of the rows are summed by hand.
      const [size, time, count, width] = sizes;
      const lookedUp = {
        ...made,
        rows: {
          shape: [size, time, width],
          data: Float32Array.from({ length: size * time * width }, (_, i) => {
            const place = batch.places[Math.floor(i / width)]!;
            return place < 0 ? 9 : rows.data[place * width + (i % width)]!;
          }),
        },
      };
      const [output, dx, ...dWeights] = outcome(
        lookedUp,
        (x, weights) => LAYERS[cell](x, batch.lengths, weights).output,
      );
      const dRows = new Float32Array(count * width);
      batch.places.forEach((place, token) => {
        if (place >= 0) for (let j = 0; j < width; j++) dRows[place * width + j]! += dx![token * width + j]!;
      });
      [output!, dRows, ...dWeights].forEach((expected, i) => expectClose(indexed[i]!, expected, 1e-5));
      expect([...indexed[1]!.subarray((count - 1) * width)]).toEqual(Array.from({ length: width }, () => 0));
    }
  });

  it('has the gradient that differences have', async () => {
    await tf.setBackend(backend);
    const { batch, rows, names, weights, dOutput } = makeCase('gru', 2, [3, 3, 3, 2, 2]);
    const named = (): LayerWeights<tf.Tensor> =>
      Object.fromEntries(
        names.map((name, i) => [name, tf.tensor(weights[i]!.data, weights[i]!.shape)]),
      ) as unknown as LayerWeights<tf.Tensor>;
    expectGradientOfDifferences((x) => indexedRecurrent('gru', x, batch, named()), rows.shape, rows.data, dOutput.data);
  });

  it('refuses places that are no rows, and too few of them', async () => {
    await tf.setBackend(backend);
    tf.tidy(() => {
      const weights = {
        weight_ih_l0: tf.ones([12, 2]),
        weight_hh_l0: tf.zeros([12, 4]),
        bias_ih_l0: tf.zeros([12]),
        bias_hh_l0: tf.zeros([12]),
      };
      const run = (places: Int32Array): unknown =>
        indexedRecurrent('gru', tf.ones([2, 2]), { size: 2, time: 2, places, lengths: Int32Array.of(2, 1) }, weights);
      expect(() => run(Int32Array.of(0, 2, 0, -1))).toThrow(/place 2 at row 0, position 1.*between 0 and 1/);
      expect(() => run(Int32Array.of(0, 1, -1, -1))).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
      expect(() => run(Int32Array.of(0))).toThrow(/1 places for 2 rows of 2/);
      expect(run(Int32Array.of(0, 1, 0, 77))).toBeInstanceOf(tf.Tensor);
    });
  });
});

it('gives the same bits for every number of threads', async () => {
  const made = makeCase('gru', 2, [64, 9, 150, 20, 24]);
  for (const variant of ['wide', 'relaxed', 'simd']) {
    const runs: (readonly Float32Array[])[] = [];
    const onThreads = everyBackend.filter((name) => name.startsWith(`${variant} on `));
    expect(onThreads).toHaveLength(3);
    for (const name of onThreads) {
      await tf.setBackend(name);
      runs.push(outcome(made, (x, weights) => indexedRecurrent('gru', x, made.batch, weights)));
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  }
});

describe('distinctWords', () => {
  it('tells words apart by token and vector, and leaves padding out', () => {
    const found = distinctWords({
      size: 2,
      time: 3,
      tokens: Int32Array.of(1, 4, 1, 1, 1, 0),
      vectorIds: Int32Array.of(7, 0, 8, 7, 8, 0),
      lengths: Int32Array.of(3, 2),
    });
    expect([...found.tokens]).toEqual([1, 4, 1]);
    expect([...found.vectorIds]).toEqual([7, 0, 8]);
    expect([...found.places]).toEqual([0, 1, 2, 0, 2, -1]);
  });

  it('does without vectors', () => {
    const found = distinctWords({
      size: 1,
      time: 3,
      tokens: Int32Array.of(5, 4, 5),
      lengths: Int32Array.of(3),
    });
    expect([...found.tokens]).toEqual([5, 4]);
    expect([...found.vectorIds]).toEqual([0, 0]);
    expect([...found.places]).toEqual([0, 1, 0]);
  });
});
