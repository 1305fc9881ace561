/** The feeds of a server, if they can be changed at run time. */
export interface ServedFeeds {
  /** Their addresses without passwords, in the order in which they were added. */
  readonly addresses: readonly string[];
  /**
   * Adds a feed.
   *
   * @returns whether it is new
   * @throws HeadwaterError `HW_USAGE` if this is not an address of a feed
   */
  add(address: string): boolean;
  /** Removes a feed. @returns whether the feed existed */
  remove(address: string): boolean;
}
