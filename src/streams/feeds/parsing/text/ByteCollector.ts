/** Takes the chunks of a body up to so many bytes. */
export class ByteCollector {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many bytes were taken. */
  get length(): number {
    return this.#length;
  }

  /** @returns false where the body is longer than the limit; what fits was taken */
  take(chunk: Uint8Array): boolean {
    const fitting = chunk.subarray(0, this.#limit - this.#length);
    this.#chunks.push(fitting);
    this.#length += fitting.length;
    return fitting.length === chunk.length;
  }

  /** All that was taken, in one piece. */
  bytes(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}
