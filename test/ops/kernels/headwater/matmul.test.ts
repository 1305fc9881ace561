import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../../../../src/contracts/random.js';
import { matrix, multiply, packRight, transposed } from '../../../../src/ops/kernels/headwater/definition/matmul.js';
import type { Matrix } from '../../../../src/ops/kernels/headwater/definition/matmul.js';

const at = (m: Matrix, i: number, j: number): number => m.data[m.offset + i * m.rowStep + j * m.columnStep]!;

/** The product by its definition. */
const expected = (a: Matrix, b: Matrix, start: (i: number, j: number) => number): Float32Array => {
  const c = new Float32Array(a.rows * b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.columns; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++) sum += at(a, i, k) * at(b, k, j);
      c[i * b.columns + j] = start(i, j) + sum;
    }
  }
  return c;
};

const size = fc.integer({ min: 1, max: 13 });

describe('multiply', () => {
  it('is the product, whatever the sizes, transpositions and offsets, and writes nothing else', () => {
    fc.assert(
      fc.property(
        size,
        size,
        fc.integer({ min: 0, max: 13 }),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        fc.boolean(),
        (m, n, k, aTransposed, bTransposed, packed, accumulate) => {
          const dice = random(m * 10_000 + n * 100 + k, 'test');
          const values = (length: number): Float32Array => Float32Array.from({ length }, () => dice.uniform() * 2 - 1);
          const a = aTransposed ? transposed(matrix(values(k * m + 3), k, m, 3)) : matrix(values(m * k + 3), m, k, 3);
          const b = bTransposed ? transposed(matrix(values(n * k + 2), n, k, 2)) : matrix(values(k * n + 2), k, n, 2);
          const before = values(m * n + 8);
          const after = before.slice();
          multiply(a, packed ? packRight(b) : b, matrix(after, m, n, 4), accumulate);
          const want = expected(a, b, (i, j) => (accumulate ? before[4 + i * n + j]! : 0));
          expect(after.subarray(4, 4 + m * n)).toEqual(want);
          expect(after.subarray(0, 4)).toEqual(before.subarray(0, 4));
          expect(after.subarray(4 + m * n)).toEqual(before.subarray(4 + m * n));
        },
      ),
      { seed: 11, numRuns: 300 },
    );
  });

  it('gives a row the same bytes whatever rows stand beside it', () => {
    const dice = random(5, 'test');
    const values = (length: number): Float32Array => Float32Array.from({ length }, () => dice.uniform() - 0.5);
    const a = values(9 * 37);
    const b = matrix(values(37 * 6), 37, 6);
    const all = new Float32Array(9 * 6);
    multiply(matrix(a, 9, 37), b, matrix(all, 9, 6));
    for (let row = 0; row < 9; row++) {
      const alone = new Float32Array(6);
      multiply(matrix(a, 1, 37, row * 37), b, matrix(alone, 1, 6));
      expect(alone).toEqual(all.subarray(row * 6, (row + 1) * 6));
    }
  });
});
