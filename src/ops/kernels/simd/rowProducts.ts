import { RowStore } from '../../sparse/internal/RowStore.js';
import type { RowProducts, TableSize } from '../../sparse/RowProducts.js';
import { RowTable } from '../../sparse/RowTable.js';
import { Block, ChunkList } from './machine/blocks.js';
import { linearKernels, rowMemory } from './machine/linearKernels.js';
import { WORD } from './machine/KernelMemory.js';

/**
 * The products and steps for the rows of a table with vector instructions, in their own memory.
 *
 * @throws the error of the engine, when it has no such instructions or not enough memory
 */
export const rowProducts = (size: TableSize): RowProducts => {
  const { memory, kernels } = linearKernels();
  const table = new RowTable(size, rowMemory(memory));
  const { store, slots } = table;
  const squares = size.adagrad ? table.companion() : new RowStore(size.width);
  const stride = store.stride * WORD;
  const rowChunks = new ChunkList(store, memory, kernels);
  const squareChunks = new ChunkList(squares, memory, kernels);
  const [ids, values] = [new Block(memory), new Block(memory)];
  const [rows, squareRows] = [new Block(memory), new Block(memory)];
  const sums = rowMemory(memory).floats(store.stride);
  let offsets: Int32Array = new Int32Array(1);

  return {
    table,
    squares,
    sums: sums.subarray(0, size.width),

    open: (features, mode) => {
      const count = features.ids.length;
      memory.putInts(ids.reserve(count), features.ids);
      memory.putFloats(values.reserve(count), features.values);
      const beyond = kernels.firstBeyond(ids.at, count, size.rows);
      if (beyond < count) table.find(features.ids.subarray(beyond, beyond + 1));
      offsets = features.offsets;
      if (mode === 'find') rowChunks.find(ids.at, count, slots, rows);
      else rowChunks.touch(table, ids.at, features.ids, rows);
      if (mode !== 'adagrad') return;
      squares.growTo(table.touched);
      squareChunks.find(ids.at, count, slots, squareRows);
    },

    multiply: (row) => kernels.multiply(values.at, rows.at, offsets[row]!, offsets[row + 1]!, stride, sums.byteOffset),

    step: (row, factor) =>
      kernels.step(values.at, rows.at, offsets[row]!, offsets[row + 1]!, stride, sums.byteOffset, factor),

    adagrad: (row, rate, epsilon) =>
      kernels.adagrad(
        values.at,
        rows.at,
        squareRows.at,
        offsets[row]!,
        offsets[row + 1]!,
        stride,
        sums.byteOffset,
        rate,
        epsilon,
      ),
  };
};
