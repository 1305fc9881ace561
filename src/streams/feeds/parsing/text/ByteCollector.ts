/** Collects the chunks of a body up to a limit in bytes. */
export class ByteCollector {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The number of collected bytes. */
  get length(): number {
    return this.#length;
  }

  /** @returns false if the body exceeds the limit; the part that fits is kept */
  take(chunk: Uint8Array): boolean {
    const fitting = chunk.subarray(0, this.#limit - this.#length);
    this.#chunks.push(fitting);
    this.#length += fitting.length;
    return fitting.length === chunk.length;
  }

  /** All collected bytes in one array. */
  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}
