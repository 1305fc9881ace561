import type { SparseRows } from '../../../contracts/rows/SparseRows.js';
import { RowStore } from '../../sparse/internal/RowStore.js';
import type { RowProducts, TableSize } from '../../sparse/RowProducts.js';
import { RowTable } from '../../sparse/RowTable.js';

const { fround, sqrt } = Math;

/**
 * The products and steps for the rows of a table in plain TypeScript. Each operation is rounded to float32, as with
 * vector instructions.
 */
export const rowProducts = (size: TableSize): RowProducts => {
  const table = new RowTable(size);
  const { store } = table;
  const { width } = size;
  const squares = size.adagrad ? table.companion() : new RowStore(size.width);
  const sums = new Float32Array(width);
  let features: SparseRows = { offsets: new Int32Array(1), ids: new Int32Array(0), values: new Float32Array(0) };
  let slots: Int32Array = new Int32Array(0);
  return {
    table,
    squares,
    sums,

    open: (given, mode) => {
      slots = mode === 'find' ? table.find(given.ids) : table.touch(given.ids);
      features = given;
      if (mode === 'adagrad') squares.growTo(table.touched);
    },

    multiply: (row) => {
      sums.fill(0);
      for (let e = features.offsets[row]!; e < features.offsets[row + 1]!; e++) {
        if (slots[e]! < 0) continue;
        const x = features.values[e]!;
        const values = store.chunkOf(slots[e]!);
        for (let c = 0, at = store.startOf(slots[e]!); c < width; c++, at++)
          sums[c] = fround(sums[c]! + fround(x * values[at]!));
      }
    },

    step: (row, factor) => {
      const rate = fround(factor);
      for (let e = features.offsets[row]!; e < features.offsets[row + 1]!; e++) {
        const x = fround(rate * features.values[e]!);
        const values = store.chunkOf(slots[e]!);
        for (let c = 0, at = store.startOf(slots[e]!); c < width; c++, at++)
          values[at] = fround(values[at]! - fround(x * sums[c]!));
      }
    },

    adagrad: (row, rate, epsilon) => {
      const [r, least] = [fround(rate), fround(epsilon)];
      for (let e = features.offsets[row]!; e < features.offsets[row + 1]!; e++) {
        const x = features.values[e]!;
        const [values, sumsOfSquares] = [store.chunkOf(slots[e]!), squares.chunkOf(slots[e]!)];
        for (let c = 0, at = store.startOf(slots[e]!); c < width; c++, at++) {
          const g = fround(x * sums[c]!);
          const sum = fround(sumsOfSquares[at]! + fround(g * g));
          sumsOfSquares[at] = sum;
          values[at] = fround(values[at]! - fround(fround(r * g) / fround(fround(sqrt(sum)) + least)));
        }
      }
    },
  };
};
