import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { random } from '../../../src/contracts/random.js';
import type { SparseRows } from '../../../src/contracts/rows/SparseRows.js';
import { sparseLinear } from '../../../src/ops/sparse/sparseLinear.js';
import { expectClose } from '../../expectClose.js';
import { everyBackend } from '../everyBackend.js';
import { expectGradientOfDifferences } from '../finiteDifferences.js';

/** Sparse rows drawn by a seed, some of them empty, ids repeated; and the same as a dense matrix. */
const drawRows = (
  seed: number,
  size: number,
  columns: number,
): { readonly features: SparseRows; readonly dense: Float32Array } => {
  const dice = random(seed, 'test');
  const offsets = new Int32Array(size + 1);
  const ids: number[] = [];
  for (let row = 0; row < size; row++) {
    const entries = row % 5 === 3 ? 0 : 1 + dice.below(9);
    for (let i = 0; i < entries; i++) ids.push(dice.below(columns));
    offsets[row + 1] = ids.length;
  }
  const values = Float32Array.from(ids, () => dice.uniform() * 2 - 1);
  const dense = new Float32Array(size * columns);
  for (let row = 0; row < size; row++)
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++)
      dense[row * columns + ids[entry]!]! += values[entry]!;
  return { features: { offsets, ids: Int32Array.from(ids), values }, dense };
};

const draw = (seed: number, count: number): Float32Array => {
  const dice = random(seed, 'test');
  return Float32Array.from({ length: count }, () => dice.uniform() * 2 - 1);
};

describe.each(everyBackend)('sparseLinear on %s', (backend) => {
  beforeEach(async () => {
    await tf.setBackend(backend);
  });

  it.each([
    [1, 1, 1],
    [4, 6, 2],
    [33, 50, 7],
    [70, 700, 21],
    [20, 9, 77],
  ])('equals the dense product and its gradients: B = %i, U = %i, C = %i', (size, columns, classes) => {
    const { features, dense } = drawRows(size, size, columns);
    const [rows, base, dOutput] = [draw(1, columns * classes), draw(2, size * classes), draw(3, size * classes)];
    const expected = Float32Array.from(base);
    const dRows = new Float32Array(rows.length);
    for (let i = 0; i < size; i++)
      for (let u = 0; u < columns; u++)
        for (let c = 0; c < classes; c++) {
          expected[i * classes + c]! += dense[i * columns + u]! * rows[u * classes + c]!;
          dRows[u * classes + c]! += dense[i * columns + u]! * dOutput[i * classes + c]!;
        }
    tf.tidy(() => {
      const given = [tf.tensor2d(rows, [columns, classes]), tf.tensor2d(base, [size, classes])];
      expectClose(sparseLinear(given[0]!, features, given[1]).dataSync(), expected, 1e-5);
      const gradients = tf.grads((r, b) => sparseLinear(r, features, b))(given, tf.tensor2d(dOutput, [size, classes]));
      expectClose(gradients[0]!.dataSync(), dRows, 1e-5);
      expect(gradients[1]!.dataSync()).toEqual(dOutput);
      const alone = tf.grad((r) => sparseLinear(r, features))(given[0]!, tf.tensor2d(dOutput, [size, classes]));
      expectClose(alone.dataSync(), dRows, 1e-5);
    });
  });

  it('has the gradient that differences have', () => {
    const { features } = drawRows(6, 4, 3);
    expectGradientOfDifferences((rows) => sparseLinear(rows, features), [3, 2], draw(7, 6), draw(8, 8));
  });

  it('puts out the base alone, or zeros, for rows without entries', () => {
    tf.tidy(() => {
      const features = { offsets: Int32Array.of(0, 0, 0), ids: new Int32Array(0), values: new Float32Array(0) };
      expect([...sparseLinear(tf.ones([3, 2]), features).dataSync()]).toEqual([0, 0, 0, 0]);
      expect([...sparseLinear(tf.ones([3, 2]), features, tf.ones([2, 2])).dataSync()]).toEqual([1, 1, 1, 1]);
      const dRows = tf.grad((rows) => sparseLinear(rows, features))(tf.ones([3, 2]), tf.ones([2, 2]));
      expect([...dRows.dataSync()]).toEqual([0, 0, 0, 0, 0, 0]);
    });
  });

  it('leaves no tensor behind', () => {
    const { features } = drawRows(6, 4, 3);
    const rows = tf.ones([3, 2]);
    const step = (): void =>
      tf.tidy(() => void tf.grads((r, b) => sparseLinear(r, features, b))([rows, tf.ones([4, 2])], tf.ones([4, 2])));
    step();
    const before = tf.memory();
    step();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numDataBuffers).toBe(before.numDataBuffers);
    rows.dispose();
  });

  it.each([
    ['an id past the rows', [0, 1, 2], [0, 3], 2, /id 3 as entry 1.*between 0 and 2/],
    ['a negative id', [0, 1, 2], [-1, 0], 2, /id -1/],
    ['fewer values than ids', [0, 1, 2], [0, 1], 1, /2 ids and 1 values/],
    ['offsets that end early', [0, 1, 1], [0, 1], 2, /from 0 to 2/],
    ['offsets that fall', [0, 2, 1, 2], [0, 1], 2, /fall after row 1/],
  ])('refuses %s', (_, offsets, ids, values, message) => {
    tf.tidy(() => {
      const features = {
        offsets: Int32Array.from(offsets),
        ids: Int32Array.from(ids),
        values: new Float32Array(values),
      };
      const misuse = (): unknown => sparseLinear(tf.ones([3, 2]), features);
      expect(misuse).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
      expect(misuse).toThrow(message);
    });
  });
});
