import { RowStore } from '../../sparse/internal/RowStore.js';
import type { RowProducts, TableSize } from '../../sparse/RowProducts.js';
import { RowTable } from '../../sparse/RowTable.js';
import { Block, ChunkList } from './machine/blocks.js';
import { linearKernels, rowMemory } from './machine/linearKernels.js';

/** The size of a float32 in bytes. */
const WORD = 4;

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
  const [rowChunks, squareChunks] = [new ChunkList(store, memory), new ChunkList(squares, memory)];
  const [ids, values] = [new Block(memory), new Block(memory)];
  const [rows, squareRows] = [new Block(memory), new Block(memory)];
  const sums = rowMemory(memory).floats(store.stride);
  let offsets: Int32Array = new Int32Array(1);

  const locate = (from: number, count: number, chunks: ChunkList, past: boolean, to: Block): number =>
    kernels.locate(ids.at, from, count, slots.byteOffset, chunks.at, store.shift, stride, past ? 1 : 0, to.at);

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
      rows.reserve(count);
      offsets = features.offsets;
      let at = locate(0, count, rowChunks, mode === 'find', rows);
      for (; at < count; at = locate(at, count, rowChunks, false, rows)) table.hold(features.ids[at]!);
      if (mode !== 'adagrad') return;
      squares.growTo(table.touched);
      squareRows.reserve(count);
      locate(0, count, squareChunks, true, squareRows);
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
