import type { RowStore } from '../../../sparse/internal/RowStore.js';
import type { KernelMemory } from './KernelMemory.js';

/** The bytes of a float32, as of an int32. */
const WORD = 4;

/** A block that is exchanged for a larger one where it must be. */
export class Block {
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
