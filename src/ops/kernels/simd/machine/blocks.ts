import type { RowStore } from '../../../sparse/internal/RowStore.js';
import type { KernelMemory } from './KernelMemory.js';

/** The size of a float32 or an int32 in bytes. */
const WORD = 4;

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

/** A list of the addresses of the chunks of a store, in the memory of the kernels. */
export class ChunkList {
  readonly #store: RowStore;
  readonly #memory: KernelMemory;
  readonly #block: Block;
  #listed = 0;

  constructor(store: RowStore, memory: KernelMemory) {
    this.#store = store;
    this.#memory = memory;
    this.#block = new Block(memory);
  }

  /** The address of the list. */
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
