import { describe, expect, it } from 'vitest';
import type { SparseRows } from '../../../src/contracts/rows/SparseRows.js';
import { random } from '../../../src/contracts/random.js';
import { rowProducts as plain } from '../../../src/ops/kernels/headwater/rowProducts.js';
import { rowProducts as fast } from '../../../src/ops/kernels/simd/rowProducts.js';
import type { RowProducts } from '../../../src/ops/sparse/RowProducts.js';

const ROWS = 40_000;

/** Sparse rows of drawn columns, some of them twice, some rows empty. */
const drawn = (seed: number, size: number): SparseRows => {
  const dice = random(seed, 'test');
  const offsets = new Int32Array(size + 1);
  for (let row = 0; row < size; row++) offsets[row + 1] = offsets[row]! + dice.below(30);
  const count = offsets[size]!;
  return {
    offsets,
    ids: Int32Array.from({ length: count }, () => (dice.uniform() < 0.3 ? dice.below(20) : dice.below(ROWS))),
    values: Float32Array.from({ length: count }, () => dice.uniform() - 0.3),
  };
};

/** Steps of some batches, each by what the rows give; returns all that was seen and is left. */
const outcome = (products: RowProducts, by: 'step' | 'adagrad'): readonly number[][] => {
  const seen: number[][] = [];
  for (let batch = 0; batch < 6; batch++) {
    const features = drawn(batch, 16);
    products.open(features, by === 'step' ? 'touch' : 'adagrad');
    for (let row = 0; row < 16; row++) {
      products.multiply(row);
      seen.push([...products.sums]);
      products.sums.forEach((sum, c) => (products.sums[c] = 0.1 * sum - Math.sin(batch + row + c)));
      if (by === 'step') products.step(row, 0.3);
      else products.adagrad(row, 0.3, 1e-10);
    }
  }
  products.open(drawn(100, 16), 'find');
  for (let row = 0; row < 16; row++) {
    products.multiply(row);
    seen.push([...products.sums]);
  }
  const { table, squares } = products;
  return [...seen, [...table.stateDict().values()].flatMap(({ data }) => [...data]), [...squares.toArray()]];
};

describe('rowProducts', () => {
  // 77 values are four vectors, four of them, and a part of one.
  it.each([2, 4, 14, 16, 77])(
    'gives the same bits by vector instructions and without, with rows of %i values',
    (width) => {
      for (const by of ['step', 'adagrad'] as const) {
        const size = { rows: ROWS, width, adagrad: by === 'adagrad' };
        const [expected, got] = [outcome(plain(size), by), outcome(fast(size), by)];
        expect(got).toEqual(expected);
        expect(expected.at(-2)!.some((value) => value !== 0 && !Number.isInteger(value))).toBe(true);
      }
    },
  );

  it.each([
    ['plain', plain],
    ['fast', fast],
  ])('refuses an id that is no row, and then has changed nothing (%s)', (_, make) => {
    const products = make({ rows: 10, width: 2, adagrad: false });
    for (const bad of [-1, 10]) {
      const features = { offsets: Int32Array.of(0, 2), ids: Int32Array.of(3, bad), values: Float32Array.of(1, 1) };
      for (const mode of ['find', 'touch'] as const)
        expect(() => products.open(features, mode)).toThrow(expect.objectContaining({ code: 'HW_USAGE' }));
    }
    expect(products.table.touched).toBe(0);
  });

  it.each([
    ['plain', plain],
    ['fast', fast],
  ])('goes on with rows that were replaced (%s)', (_, make) => {
    const products = make({ rows: 10, width: 1, adagrad: true });
    const features = { offsets: Int32Array.of(0, 2), ids: Int32Array.of(3, 5), values: Float32Array.of(1, 2) };
    products.open(features, 'adagrad');
    products.table.loadStateDict(
      new Map([
        ['rows', { shape: [1], data: Float32Array.of(5) }],
        ['values', { shape: [1, 1], data: Float32Array.of(7) }],
      ]),
    );
    products.open(features, 'find');
    products.multiply(0);
    expect([...products.sums]).toEqual([14]);
  });
});
