/**
 * The most bytes that a reader is handed at once: 64 KiB. It bounds what is held while a valve is closed, and what is
 * parsed in one go.
 */
export const CHUNK_BYTES = 65_536;

/**
 * The part of a body that is being looked at: the bytes from the start of the present record to the last that arrived.
 *
 * One buffer is kept and filled again, so a body of any length runs in flat memory. It grows by doubling, up to the
 * longest record that a reader allows itself plus one chunk.
 */
export class ByteWindow {
  bytes = Buffer.allocUnsafe(2 * CHUNK_BYTES);
  /** Where the present record starts; what is before it is done with. */
  start = 0;
  /** Where the bytes end. */
  filled = 0;
  #base = 0;

  /** The offset in the body of the byte at `index`. */
  offsetOf(index: number): number {
    return this.#base + index;
  }

  /**
   * Takes the next bytes of the body, dropping those before `start`.
   *
   * @returns how far the bytes that are kept have moved towards the front
   */
  push(chunk: Uint8Array): number {
    const moved = this.start;
    const kept = this.filled - moved;
    if (kept + chunk.length > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(2 * this.bytes.length, kept + chunk.length));
      this.bytes.copy(grown, 0, moved, this.filled);
      this.bytes = grown;
    } else if (moved > 0) {
      this.bytes.copyWithin(0, moved, this.filled);
    }
    this.bytes.set(chunk, kept);
    this.#base += moved;
    this.start = 0;
    this.filled = kept + chunk.length;
    return moved;
  }
}
