/**
 * The largest number of bytes that a reader receives at once: 64 KiB. It limits the memory while a valve is closed, and
 * how much is parsed at once.
 */
export const CHUNK_BYTES = 65_536;

/**
 * The current part of a body: the bytes from the start of the current record to the last one received.
 *
 * One buffer is reused, so memory does not grow with the length of the body. The buffer doubles when it is full. It
 * must hold at most the longest record that the reader allows plus one chunk.
 */
export class ByteWindow {
  bytes = Buffer.allocUnsafe(2 * CHUNK_BYTES);
  /** The index of the start of the current record. Bytes before it are no longer needed. */
  start = 0;
  /** The index after the last byte. */
  filled = 0;
  #base = 0;

  /** The offset in the body of the byte at `index`. */
  offsetOf(index: number): number {
    return this.#base + index;
  }

  /**
   * Adds the next bytes of the body and drops those before `start`.
   *
   * @returns by how many bytes the kept bytes have moved towards the front
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
