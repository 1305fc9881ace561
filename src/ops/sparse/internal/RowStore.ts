import { type FloatMemory, OWN_FLOATS } from './FloatMemory.js';

/** The approximate number of values of a chunk: 256 KiB of float32. */
const CHUNK = 1 << 16;

/** The number of values of a vector instruction. */
const LANES = 4;

/**
 * Rows of float32 values, numbered from 0. New rows are added at the end.
 *
 * They are stored in chunks that are never moved, so growing copies nothing and needs no second copy in memory. Each
 * row is aligned to vectors of four values. The padding between rows is zero.
 */
export class RowStore {
  readonly width: number;
  /** The distance between the starts of two rows, in values. */
  readonly stride: number;
  /** A chunk has 2^shift rows. */
  readonly shift: number;
  /** The number of rows. */
  length = 0;
  readonly #memory: FloatMemory;
  readonly #chunks: Float32Array[] = [];

  constructor(width: number, memory: FloatMemory = OWN_FLOATS) {
    this.width = width;
    this.stride = Math.ceil(width / LANES) * LANES;
    this.shift = Math.max(0, Math.floor(Math.log2(CHUNK / this.stride)));
    this.#memory = memory;
  }

  /** All chunks. */
  get chunks(): readonly Float32Array[] {
    return this.#chunks;
  }

  /** Adds rows of zeros up to the given number of rows. */
  growTo(length: number): void {
    if (length <= this.length) return;
    this.length = length;
    while (this.#chunks.length << this.shift < length)
      this.#chunks.push(this.#memory.floats(this.stride << this.shift));
  }

  /** The chunk of a row. The row starts at {@link startOf} in it. */
  chunkOf(row: number): Float32Array {
    return this.#chunks[row >>> this.shift]!;
  }

  /** The index of the first value of a row in its chunk. */
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

  /** Replaces all rows by a copy of the given values. */
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
