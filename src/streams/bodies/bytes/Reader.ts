/** Cuts a body into items and returns them one at a time, so that the caller can stop after any of them. */
export interface Reader {
  /** Adds the next bytes. Called only after `advance` has returned false. */
  push(chunk: Uint8Array): void;
  /** Signals the end of the bytes. Called only after `advance` has returned false. */
  finish(): void;
  /**
   * Emits the next item.
   *
   * @returns false if more bytes are needed or none are left
   */
  advance(): boolean;
  /** What has been read so far, in words, for a message about a body that broke off: `17 records`. */
  readonly progress: string;
}
