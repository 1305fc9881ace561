/** The feeds of a server, where they can be changed while it runs. */
export interface ServedFeeds {
  /** Their addresses, in the order in which they came. */
  readonly addresses: readonly string[];
  /**
   * Reads one more from now on.
   *
   * @returns whether it was not there before
   * @throws HeadwaterError `HW_USAGE` for what is no address of a feed
   */
  add(address: string): boolean;
  /** Reads one no more. @returns whether it was there */
  remove(address: string): boolean;
}
