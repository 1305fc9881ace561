/** About how many values a chunk has: 256 KiB of float32. */
const CHUNK = 1 << 16;

/**
 * Rows of float32 values, numbered from 0, to which more are added at the end.
 *
 * They stand in chunks that are never moved, so growing copies nothing and takes no memory twice over.
 */
export class RowStore {
  readonly width: number;
  /** How many rows there are. */
  length = 0;
  readonly #shift: number;
  readonly #chunks: Float32Array[] = [];

  constructor(width: number) {
    this.width = width;
    this.#shift = Math.max(0, Math.floor(Math.log2(CHUNK / width)));
  }

  /** Adds rows of zeros until there are so many. */
  growTo(length: number): void {
    if (length <= this.length) return;
    this.length = length;
    while (this.#chunks.length << this.#shift < length) this.#chunks.push(new Float32Array(this.width << this.#shift));
  }

  /** The chunk that a row is in; the row begins there at {@link startOf}. */
  chunkOf(row: number): Float32Array {
    return this.#chunks[row >>> this.#shift]!;
  }

  /** Where a row begins in its chunk. */
  startOf(row: number): number {
    return (row & ((1 << this.#shift) - 1)) * this.width;
  }

  /** A copy of all rows, one after another. */
  toArray(): Float32Array {
    const all = new Float32Array(this.length * this.width);
    this.#chunks.forEach((chunk, i) => {
      const start = i * chunk.length;
      all.set(chunk.subarray(0, Math.min(chunk.length, all.length - start)), start);
    });
    return all;
  }

  /** Replaces all rows by a copy of those given. */
  replaceBy(values: Float32Array): void {
    this.#chunks.length = 0;
    this.length = 0;
    this.growTo(values.length / this.width);
    this.#chunks.forEach((chunk, i) => {
      const start = i * chunk.length;
      chunk.set(values.subarray(start, Math.min(values.length, start + chunk.length)));
    });
  }
}
