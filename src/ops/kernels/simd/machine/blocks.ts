import type { HeldRows } from '../../../sparse/internal/RowKernels.js';
import type { RowStore } from '../../../sparse/internal/RowStore.js';
import { type KernelMemory, WORD } from './KernelMemory.js';
import type { LinearKernels } from './linearKernels.js';

/** A block that is replaced by a larger one on demand. */
export class Block {
  at = 0;
  #bytes = 0;
  readonly #memory: KernelMemory;

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** The address of the block, with room for `words` words. The old content may be lost. */
  reserve(words: number): number {
    if (words * WORD <= this.#bytes) return this.at;
    if (this.#bytes > 0) this.#memory.free(this.at);
    this.#bytes = 2 * words * WORD;
    return (this.at = this.#memory.allocate(this.#bytes));
  }
}

/** Finds the addresses of the rows of a store. It keeps a list of the store's chunks in the memory of the kernels. */
export class ChunkList {
  readonly #store: RowStore;
  readonly #memory: KernelMemory;
  readonly #kernels: LinearKernels;
  readonly #block: Block;
  #listed = 0;

  constructor(store: RowStore, memory: KernelMemory, kernels: LinearKernels) {
    this.#store = store;
    this.#memory = memory;
    this.#kernels = kernels;
    this.#block = new Block(memory);
  }

  /** Writes the addresses of all rows into a block; a row that is not held has the address 0. */
  find(ids: number, count: number, slots: Int32Array, to: Block): void {
    to.reserve(count);
    this.#locate(ids, 0, count, slots, true, to);
  }

  /** Writes the addresses of all rows into a block. Rows that the table does not hold yet are added. */
  touch(table: HeldRows, ids: number, given: Int32Array, to: Block): void {
    const { slots } = table;
    const count = given.length;
    to.reserve(count);
    let at = this.#locate(ids, 0, count, slots, false, to);
    for (; at < count; at = this.#locate(ids, at, count, slots, false, to)) table.hold(given[at]!);
  }

  /**
   * Writes the addresses of rows from number `from` on into a block.
   *
   * @returns the number of rows before the first one that is not held. With `past`, all rows are counted
   */
  #locate(ids: number, from: number, count: number, slots: Int32Array, past: boolean, to: Block): number {
    const { shift, stride } = this.#store;
    const [chunks, rowBytes] = [this.#chunks(), stride * WORD];
    return this.#kernels.locate(ids, from, count, slots.byteOffset, chunks, shift, rowBytes, past ? 1 : 0, to.at);
  }

  /** The address of the list. */
  #chunks(): number {
    const { chunks } = this.#store;
    if (this.#listed !== chunks.length) {
      this.#listed = chunks.length;
      const addresses = Int32Array.from(chunks, ({ byteOffset }) => byteOffset);
      this.#memory.putInts(this.#block.reserve(addresses.length), addresses);
    }
    return this.#block.at;
  }
}
