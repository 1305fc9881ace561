import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { webAssembly } from './webAssembly.js';
import type { WasmMemory } from './webAssembly.js';

const PAGE = 65536;

/** The first page is the threads' own: see assembly/tasks.ts. */
const HEAP = PAGE;

/** Kernels may read a little past a block, so no block reaches the end of the memory. */
const GUARD = 256;

/** The least growth, in pages: 4 MiB. */
const GROWTH = 64;

const MOST_PAGES = 65536;

/**
 * Sizes are rounded up to the next of eight steps between two powers of two, the least 128 bytes: at most an eighth is wasted, and the blocks
 * of one batch serve the next one, though its rows are a little longer.
 */
const roundUp = (bytes: number): number => {
  const step = Math.max(128, 2 ** (28 - Math.clz32(Math.max(1, bytes - 1))));
  return Math.max(128, Math.ceil(bytes / step) * step);
};

/**
 * The memory that kernels compute in: one WebAssembly memory that all threads share, given out in blocks.
 *
 * A block given back is kept for the next of its size; nothing is ever given back to the system. It grows as it is needed, up to 4 GiB.
 */
export class KernelMemory {
  readonly memory: WasmMemory;
  readonly #free = new Map<number, number[]>();
  readonly #sizes = new Map<number, number>();
  #words: Int32Array;
  #top = HEAP;
  #inUse = 0;

  constructor() {
    if (webAssembly === undefined) throw new HeadwaterError('HW_BACKEND', 'This engine has no WebAssembly.');
    this.memory = new webAssembly.Memory({ initial: 2, maximum: MOST_PAGES, shared: true });
    this.#words = new Int32Array(this.memory.buffer);
  }

  /** How many bytes are given out. */
  get bytesInUse(): number {
    return this.#inUse;
  }

  /**
   * A block of at least so many bytes, 128 aligned; what is in it is left over from its last user.
   *
   * @throws HeadwaterError `HW_BACKEND` when the memory is at its end
   */
  allocate(bytes: number): number {
    const size = roundUp(bytes);
    const block = this.#free.get(size)?.pop() ?? this.#extend(size);
    this.#sizes.set(block, size);
    this.#inUse += size;
    return block;
  }

  /** Gives a block back. */
  free(block: number): void {
    const size = this.#sizes.get(block);
    if (size === undefined) return;
    this.#sizes.delete(block);
    this.#inUse -= size;
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [block]);
    else free.push(block);
  }

  /** Runs a piece of work that takes blocks for its own time: they are given back when it ends, whichever way. */
  borrow<Result>(work: (take: (bytes: number) => number) => Result): Result {
    const taken: number[] = [];
    try {
      return work((bytes) => {
        const block = this.allocate(bytes);
        taken.push(block);
        return block;
      });
    } finally {
      for (const block of taken) this.free(block);
    }
  }

  /** The float32 values that stand at an address. */
  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  /** The int32 values that stand at an address. */
  ints(at: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, length);
  }

  /** Copies whole numbers to an address. */
  putInts(at: number, values: Int32Array): void {
    // A view of all the memory, since making one of the block alone takes longer than the copy. It ends where the memory last ended.
    if (at + values.byteLength > this.#words.byteLength) this.#words = new Int32Array(this.memory.buffer);
    this.#words.set(values, at >>> 2);
  }

  /** Copies values to an address. */
  putFloats(at: number, values: Float32Array): void {
    this.putInts(at, new Int32Array(values.buffer, values.byteOffset, values.length));
  }

  /** Copies a block, or a part of one. */
  copy(from: number, to: number, bytes: number): void {
    this.putInts(to, this.ints(from, bytes >>> 2));
  }

  #extend(size: number): number {
    const block = this.#top;
    const missing = block + size + GUARD - this.memory.buffer.byteLength;
    if (missing > 0) {
      const pages = this.memory.buffer.byteLength / PAGE;
      const wanted = Math.max(Math.ceil(missing / PAGE), Math.min(GROWTH, MOST_PAGES - pages));
      try {
        this.memory.grow(wanted);
      } catch (cause) {
        const megabytes = Math.round(this.#inUse / 2 ** 20);
        throw new HeadwaterError('HW_BACKEND', `The kernels' memory is full: ${megabytes} MiB are in use, and another ${Math.ceil(size / 2 ** 20)} MiB cannot be had. Use a smaller batch or model, or another backend.`, { cause });
      }
    }
    this.#top = block + size;
    return block;
  }
}
