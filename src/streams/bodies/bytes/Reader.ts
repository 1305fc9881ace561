/** Cuts a body into items and hands them over one at a time, so that whoever drives it can stop between any two. */
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
