/** Cuts a body into items and returns them one at a time, so that the caller can stop after any of them. */
export interface Reader {
  /** Takes the next bytes. Called only after `advance` has given false. */
  push(chunk: Uint8Array): void;
  /** No more bytes will come. Called only after `advance` has given false. */
  finish(): void;
  /**
   * Hands over the next item.
   *
   * @returns false where more bytes are needed, or none are left
   */
  advance(): boolean;
  /** What has been read so far, in words, for a message about a body that broke off: `17 records`. */
  readonly progress: string;
}
