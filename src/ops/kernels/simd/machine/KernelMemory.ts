import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { MOST_THREADS } from './mostThreads.js';
import { webAssembly } from './webAssembly.js';
import type { WasmMemory } from './webAssembly.js';

const PAGE = 65536;

/** The first page, and a record of each thread past it, are the threads' own: see assembly/tasks.ts and records.ts. */
const HEAP = PAGE + 64 * MOST_THREADS;

/** Kernels may read a little past a block, so no block reaches the end of the memory. */
const GUARD = 256;

/** The least growth, in pages: 4 MiB. */
const GROWTH = 64;

const MOST_PAGES = 65536;

const MEBIBYTE = 2 ** 20;

/**
 * Sizes are rounded up to the next of eight steps between two powers of two, the least 128 bytes: at most an eighth is
 * wasted, and the blocks of one batch serve the next one, though its rows are a little longer.
 */
const roundUp = (bytes: number): number => {
  const step = Math.max(128, 2 ** (28 - Math.clz32(Math.max(1, bytes - 1))));
  return Math.max(128, Math.ceil(bytes / step) * step);
};

/** Memory that is free, from one address to another. */
interface Stretch {
  readonly at: number;
  readonly size: number;
}

/**
 * The memory that kernels compute in: one WebAssembly memory that all threads share, given out in blocks.
 *
 * A block given back is kept for the next of its size, or for one of at least half its size that there is none for.
 * Where neither is free, the memory grows, up to 4 GiB; only when it cannot, blocks that are free and side by side
 * become larger ones. Nothing is ever given back to the system.
 */
export class KernelMemory {
  readonly memory: WasmMemory;
  /** The addresses of free blocks by their size, which is one of {@link roundUp}'s, or what was left of joined ones. */
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
    const block = this.#free.get(size)?.pop();
    if (block !== undefined) return this.#giveOut(block, size);
    return this.#takeLarger(size) ?? this.#giveOut(this.#extend(size), size);
  }

  /** Gives a block back. */
  free(block: number): void {
    const size = this.#sizes.get(block);
    if (size === undefined) return;
    this.#sizes.delete(block);
    this.#inUse -= size;
    this.#keep(block, size);
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

  /** The float64 values that stand at an address. */
  doubles(at: number, length: number): Float64Array {
    return new Float64Array(this.memory.buffer, at, length);
  }

  /** The bytes with a sign that stand at an address. */
  bytes(at: number, length: number): Int8Array {
    return new Int8Array(this.memory.buffer, at, length);
  }

  /** Copies whole numbers to an address. */
  putInts(at: number, values: Int32Array): void {
    // A view of all the memory, since making one of the block alone takes longer than the copy. It ends where the
    // memory last ended.
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

  /** The smallest free block that wastes no more than half of it. */
  #takeLarger(size: number): number | undefined {
    const most = Math.min(2 * size, MOST_PAGES * PAGE);
    for (let larger = roundUp(size + 1); larger <= most; larger = roundUp(larger + 1)) {
      const block = this.#free.get(larger)?.pop();
      if (block !== undefined) return this.#giveOut(block, larger);
    }
    return undefined;
  }

  /** A block of memory that was never given out, or else of free blocks joined. */
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
        `The kernels' memory is full: of ${held!} MiB held, ${inUse!} MiB are in use, and another ${wanted!} MiB cannot be had in one piece. Use a smaller batch or model, or another backend.`,
        { cause: refusal },
      );
    }
    const block = this.#top;
    this.#top = block + size;
    return block;
  }

  /**
   * Takes all free blocks out of the lists and joins those that lie side by side; what lies at the top counts as never
   * given out.
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

  /** Sees to it that the memory reaches so far; returns what the engine says where it cannot. */
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
