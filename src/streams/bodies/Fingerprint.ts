/** Shows whether a file has changed. */
export interface Fingerprint {
  readonly size: bigint;
  readonly modified: bigint;
}
