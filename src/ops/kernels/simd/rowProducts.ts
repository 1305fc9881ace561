import { RowStore } from '../../sparse/internal/RowStore.js';
import type { RowProducts, TableSize } from '../../sparse/RowProducts.js';
import { RowTable } from '../../sparse/RowTable.js';
import { kernelBytes } from './machine/kernelBytes.js';
import { KernelMemory } from './machine/KernelMemory.js';
import { webAssembly, type WasmModule } from './machine/webAssembly.js';

/** What the module of assembly/linear.ts has. Addresses and places are whole numbers. */
interface LinearKernels {
  firstBeyond(ids: number, count: number, rows: number): number;
  locate(
    ids: number,
    from: number,
    count: number,
    slots: number,
    chunks: number,
    shift: number,
    stride: number,
    past: number,
    to: number,
  ): number;
  multiply(values: number, rows: number, first: number, end: number, stride: number, sums: number): void;
  step(
    values: number,
    rows: number,
    first: number,
    end: number,
    stride: number,
    gradient: number,
    factor: number,
  ): void;
  adagrad(
    values: number,
    rows: number,
    squares: number,
    first: number,
    end: number,
    stride: number,
    gradient: number,
    rate: number,
    epsilon: number,
  ): void;
}

/** The bytes of a float32, as of an int32. */
const WORD = 4;

/** A block that is exchanged for a larger one where it must be. */
class Block {
  at = 0;
  #bytes = 0;
  readonly #memory: KernelMemory;

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** Its address, with room for so many words; what was in it may be gone. */
  reserve(words: number): number {
    if (words * WORD <= this.#bytes) return this.at;
    if (this.#bytes > 0) this.#memory.free(this.at);
    this.#bytes = 2 * words * WORD;
    return (this.at = this.#memory.allocate(this.#bytes));
  }
}

/** The addresses of a store's chunks, in the kernels' memory. */
class ChunkList {
  readonly #store: RowStore;
  readonly #memory: KernelMemory;
  readonly #block: Block;
  #listed = 0;

  constructor(store: RowStore, memory: KernelMemory) {
    this.#store = store;
    this.#memory = memory;
    this.#block = new Block(memory);
  }

  /** Its address. */
  get at(): number {
    const { chunks } = this.#store;
    if (this.#listed !== chunks.length) {
      this.#listed = chunks.length;
      const addresses = Int32Array.from(chunks, ({ byteOffset }) => byteOffset);
      this.#memory.putInts(this.#block.reserve(addresses.length), addresses);
    }
    return this.#block.at;
  }
}

let compiled: WasmModule | undefined;

/**
 * The products and steps of a table's rows by vector instructions, in a memory of their own.
 *
 * @throws what the engine says where it has none, or no memory for them
 */
export const rowProducts = (size: TableSize): RowProducts => {
  const memory = new KernelMemory();
  if (webAssembly === undefined) throw new Error('This engine has no WebAssembly.');
  compiled ??= new webAssembly.Module(kernelBytes('linear'));
  const kernels = new webAssembly.Instance(compiled, { env: { memory: memory.memory } }).exports as LinearKernels;

  const words = (length: number): number => memory.allocate(length * WORD);
  const table = new RowTable(size, {
    floats: (length) => memory.floats(words(length), length).fill(0),
    ints: (length) => memory.ints(words(length), length).fill(0),
  });
  const { store, slots } = table;
  const squares = size.adagrad ? table.companion() : new RowStore(size.width);
  const stride = store.stride * WORD;
  const [rowChunks, squareChunks] = [new ChunkList(store, memory), new ChunkList(squares, memory)];
  const [ids, values] = [new Block(memory), new Block(memory)];
  const [rows, squareRows] = [new Block(memory), new Block(memory)];
  const sums = memory.floats(words(store.stride), store.stride).fill(0);
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
