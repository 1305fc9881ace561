import { OWN_MEMORY, type RowMemory } from './RowMemory.js';

/** About how many values a chunk has: 256 KiB of float32. */
const CHUNK = 1 << 16;

/** The values of one vector instruction. */
const LANES = 4;

/**
 * Rows of float32 values, numbered from 0, to which more are added at the end.
 *
 * They stand in chunks that are never moved, so growing copies nothing and takes no memory twice over. A row begins
 * where a vector of four values does; what stands between its end and the next row is zero.
 */
export class RowStore {
  readonly width: number;
  /** The values from the beginning of one row to that of the next. */
  readonly stride: number;
  /** A chunk has 2^shift rows. */
  readonly shift: number;
  /** How many rows there are. */
  length = 0;
  readonly #memory: RowMemory;
  readonly #chunks: Float32Array[] = [];

  constructor(width: number, memory: RowMemory = OWN_MEMORY) {
    this.width = width;
    this.stride = Math.ceil(width / LANES) * LANES;
    this.shift = Math.max(0, Math.floor(Math.log2(CHUNK / this.stride)));
    this.#memory = memory;
  }

  /** The chunks that there are. */
  get chunks(): readonly Float32Array[] {
    return this.#chunks;
  }

  /** Adds rows of zeros until there are so many. */
  growTo(length: number): void {
    if (length <= this.length) return;
    this.length = length;
    while (this.#chunks.length << this.shift < length)
      this.#chunks.push(this.#memory.floats(this.stride << this.shift));
  }

  /** The chunk that a row is in; the row begins there at {@link startOf}. */
  chunkOf(row: number): Float32Array {
    return this.#chunks[row >>> this.shift]!;
  }

  /** Where a row begins in its chunk. */
  startOf(row: number): number {
    return (row & ((1 << this.shift) - 1)) * this.stride;
  }

  /** A copy of all rows, one after another. */
  toArray(): Float32Array {
    const all = new Float32Array(this.length * this.width);
    for (let row = 0; row < this.length; row++) {
      const [chunk, start] = [this.chunkOf(row), this.startOf(row)];
      for (let j = 0, to = row * this.width; j < this.width; j++, to++) all[to] = chunk[start + j]!;
    }
    return all;
  }

  /** Replaces all rows by a copy of those given. */
  replaceBy(values: Float32Array): void {
    for (const chunk of this.#chunks) chunk.fill(0);
    this.length = 0;
    this.growTo(values.length / this.width);
    for (let row = 0; row < this.length; row++) {
      const [chunk, start] = [this.chunkOf(row), this.startOf(row)];
      for (let j = 0, from = row * this.width; j < this.width; j++, from++) chunk[start + j] = values[from]!;
    }
  }
}
