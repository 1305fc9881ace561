import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { MOST_THREADS } from './mostThreads.js';
import { webAssembly } from './webAssembly.js';
import type { WasmMemory } from './webAssembly.js';

/** The size of a float32 or an int32 in bytes. */
export const WORD = 4;

const PAGE = 65536;

/**
 * The start of the heap. The first page, and one record per thread after it, are reserved for the threads: see
 * assembly/tasks.ts and records.ts.
 */
const HEAP = PAGE + 64 * MOST_THREADS;

/** Bytes between the last block and the end of the memory, since kernels may read a little past a block. */
const GUARD = 256;

/** The smallest growth, in pages: 4 MiB. */
const GROWTH = 64;

const MOST_PAGES = 65536;

const MEBIBYTE = 2 ** 20;

/**
 * Rounds a size up to one of eight steps between two powers of two, at least 128 bytes. So at most an eighth is wasted,
 * and the blocks of one batch fit the next batch even if its rows are a little longer.
 */
const roundUp = (bytes: number): number => {
  const step = Math.max(128, 2 ** (28 - Math.clz32(Math.max(1, bytes - 1))));
  return Math.max(128, Math.ceil(bytes / step) * step);
};

/** A range of free memory. */
interface Stretch {
  readonly at: number;
  readonly size: number;
}

/**
 * The memory of the kernels: one WebAssembly memory that all threads share, with an allocator of blocks.
 *
 * A freed block is reused for the next request of its size, or for a request of at least half its size if no better
 * block is free. If no such block is free, the memory grows, up to 4 GiB. Only if it cannot grow, adjacent free blocks
 * are joined. Memory is never returned to the system.
 */
export class KernelMemory {
  readonly memory: WasmMemory;
  /** The addresses of free blocks by size. A size is one of {@link roundUp}, or the rest of joined blocks. */
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

  /** The number of allocated bytes. */
  get bytesInUse(): number {
    return this.#inUse;
  }

  /**
   * Allocates a block of at least `bytes` bytes, aligned to 128. Its content is undefined.
   *
   * @throws HeadwaterError `HW_BACKEND` when the memory is full
   */
  allocate(bytes: number): number {
    const size = roundUp(bytes);
    const block = this.#free.get(size)?.pop();
    if (block !== undefined) return this.#giveOut(block, size);
    return this.#takeLarger(size) ?? this.#giveOut(this.#extend(size), size);
  }

  /** Frees a block. */
  free(block: number): void {
    const size = this.#sizes.get(block);
    if (size === undefined) return;
    this.#sizes.delete(block);
    this.#inUse -= size;
    this.#keep(block, size);
  }

  /** Runs a function that allocates temporary blocks. They are freed when it returns or throws. */
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

  /** The float32 values at an address. */
  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length);
  }

  /** The int32 values at an address. */
  ints(at: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, length);
  }

  /** The float64 values at an address. */
  doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  /** The signed bytes at an address. */
  bytes(at: number, length: number): Int8Array {
    return new Int8Array(this.memory.buffer, at, length);
  }

  /** Copies int32 values to an address. */
  putInts(at: number, values: Int32Array): void {
    // One view of the whole memory is reused, since a new view of the block takes longer than the copy. It is replaced
    // after the memory has grown.
    if (at + values.byteLength > this.#words.byteLength) this.#words = new Int32Array(this.memory.buffer);
    this.#words.set(values, at >>> 2);
  }

  /** Copies float32 values to an address. */
  putFloats(at: number, values: Float32Array): void {
    this.putInts(at, new Int32Array(values.buffer, values.byteOffset, values.length));
  }

  /** Copies a block, or a part of one. */
  copy(from: number, to: number, bytes: number): void {
    this.putInts(to, this.ints(from, bytes >>> 2));
  }

  #giveOut(block: number, size: number): number {
    this.#sizes.set(block, size);
    this.#inUse += size;
    return block;
  }

  #keep(block: number, size: number): void {
    const free = this.#free.get(size);
    if (free === undefined) this.#free.set(size, [block]);
    else free.push(block);
  }

  /** The smallest free block of which at most half is wasted. */
  #takeLarger(size: number): number | undefined {
    const most = Math.min(2 * size, MOST_PAGES * PAGE);
    for (let larger = roundUp(size + 1); larger <= most; larger = roundUp(larger + 1)) {
      const block = this.#free.get(larger)?.pop();
      if (block !== undefined) return this.#giveOut(block, larger);
    }
    return undefined;
  }

  /** A block of memory that was never allocated, or else one of joined free blocks. */
  #extend(size: number): number {
    let refusal = this.#reach(this.#top + size + GUARD);
    if (refusal !== undefined) {
      const stretches = this.#join();
      const stretch = stretches.filter((one) => one.size >= size).sort((a, b) => a.size - b.size)[0];
      for (const one of stretches) if (one !== stretch) this.#keep(one.at, one.size);
      if (stretch !== undefined) {
        if (stretch.size > size) this.#keep(stretch.at + size, stretch.size - size);
        return stretch.at;
      }
      refusal = this.#reach(this.#top + size + GUARD);
    }
    if (refusal !== undefined) {
      const [inUse, held, wanted] = [this.#inUse, this.memory.buffer.byteLength, size].map((bytes) =>
        Math.ceil(bytes / MEBIBYTE),
      );
      throw new HeadwaterError(
        'HW_BACKEND',
        `The kernels' memory is full: of ${held!} MiB held, ${inUse!} MiB are in use, and another ` +
          `${wanted!} MiB cannot be allocated in one piece. Use a smaller batch or model, or another backend.`,
        { cause: refusal },
      );
    }
    const block = this.#top;
    this.#top = block + size;
    return block;
  }

  /**
   * Removes all free blocks from the lists and joins adjacent ones. Free memory at the top counts as never allocated.
   */
  #join(): readonly Stretch[] {
    const blocks = Array.from(this.#free, ([size, addresses]) => addresses.map((at): Stretch => ({ at, size })))
      .flat()
      .sort((a, b) => a.at - b.at);
    this.#free.clear();
    const stretches: Stretch[] = [];
    for (const { at, size } of blocks) {
      const last = stretches.at(-1);
      if (last !== undefined && last.at + last.size === at)
        stretches[stretches.length - 1] = { at: last.at, size: last.size + size };
      else stretches.push({ at, size });
    }
    const last = stretches.at(-1);
    if (last !== undefined && last.at + last.size === this.#top) {
      this.#top = last.at;
      stretches.pop();
    }
    return stretches;
  }

  /** Grows the memory up to `end` if necessary. Returns the engine's error if it cannot grow. */
  #reach(end: number): unknown {
    const missing = end - this.memory.buffer.byteLength;
    if (missing <= 0) return undefined;
    const pages = this.memory.buffer.byteLength / PAGE;
    try {
      this.memory.grow(Math.max(Math.ceil(missing / PAGE), Math.min(GROWTH, MOST_PAGES - pages)));
      return undefined;
    } catch (cause) {
      return cause;
    }
  }
}
