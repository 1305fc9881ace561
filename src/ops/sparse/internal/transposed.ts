import type { SparseRows } from '../../../contracts/rows/SparseRows.js';

/**
 * The transpose of sparse rows with `columns` columns. Row c of the result holds the rows that contain column c, in
 * rising order.
 */
export const transposed = ({ offsets, ids, values }: SparseRows, columns: number): SparseRows => {
  const starts = new Int32Array(columns + 1);
  for (let entry = 0; entry < ids.length; entry++) starts[ids[entry]! + 1]!++;
  for (let column = 0; column < columns; column++) starts[column + 1]! += starts[column]!;
  const next = starts.slice();
  const rows = new Int32Array(ids.length);
  const moved = new Float32Array(ids.length);
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let entry = offsets[row]!; entry < offsets[row + 1]!; entry++) {
      const to = next[ids[entry]!]!++;
      rows[to] = row;
      moved[to] = values[entry]!;
    }
  }
  return { offsets: starts, ids: rows, values: moved };
};
