import { reshape, tensor1d } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { pairsByToken } from '../../recurrent/internal/distinctTokens.js';
import type { DistinctTokens } from '../../recurrent/internal/distinctTokens.js';
import { runEach } from './gpuProgram.js';

/** Consecutive rows in an array, from `at` on. */
export interface Rows {
  readonly array: Tensor;
  readonly at: number;
  readonly width: number;
}

/**
 * Sums of the rows of each distinct token, shape [U, width]: dp[u] = Σ x[pair] over the pairs of token u, in the order
 * of the pairs. It uses no atomics, so the sums do not depend on the order of the invocations.
 */
export const sumByToken = ({ array, at, width }: Rows, distinct: DistinctTokens): Tensor => {
  const { starts, members } = pairsByToken(distinct);
  const tokens = distinct.tokens.length;
  const groups = new Int32Array(starts.length + members.length);
  groups.set(starts);
  groups.set(members, starts.length);
  const size = tokens * width;
  const sums = runEach(size, {
    key: 'sumByToken',
    inputs: { groups: tensor1d(groups, 'int32'), x: array },
    integers: { at, width, tokens },
    size,
    code: `
      fn main(index : i32) {
        if (index >= uniforms.count) { return; }
        let token = index / uniforms.width;
        let column = index - token * uniforms.width;
        let members = uniforms.tokens + 1;
        var sum = 0.0;
        for (var i = groups[token]; i < groups[token + 1]; i++) {
          sum += x[uniforms.at + groups[members + i] * uniforms.width + column];
        }
        result[index] = sum;
      }`,
  });
  return reshape(sums, [tokens, width]);
};

/** The target of spread rows: rows of `columns` values. The spread rows are written from column `start` on. */
export interface Spread {
  readonly columns: number;
  readonly start: number;
}

/**
 * A matrix whose row r is row places[r] of the given rows, or zeros if that is -1.
 *
 * @param into the matrix to add the rows to, or to write them beside its values (`start`). Default: a new matrix
 */
export const spreadRows = (
  rows: Rows,
  places: Int32Array,
  { columns, start }: Spread,
  how: 'put' | 'add',
  into?: Tensor,
): Tensor => {
  const { array, at, width } = rows;
  return runEach(
    places.length * width,
    {
      key: `spreadRows_${how}`,
      inputs: { places: tensor1d(places, 'int32'), x: array },
      integers: { at, width, columns, start },
      size: places.length * columns,
      code: `
      fn main(index : i32) {
        if (index >= uniforms.count) { return; }
        let row = index / uniforms.width;
        let column = index - row * uniforms.width;
        let place = places[row];
        let to = row * uniforms.columns + uniforms.start + column;
        var value = 0.0;
        if (place >= 0) { value = x[uniforms.at + place * uniforms.width + column]; }
        result[to] ${how === 'add' ? '+=' : '='} value;
      }`,
    },
    into,
  );
};

/** Inverts the target index of each row: the source row of each target row, or -1 if there is none. */
export const placesFrom = (index: Int32Array, count: number): Int32Array => {
  const places = new Int32Array(count).fill(-1);
  for (let row = 0; row < index.length; row++) if (index[row]! >= 0) places[index[row]!] = row;
  return places;
};
