/** A message of a log. */
export interface LoggedMessage {
  /** Its position in the log: larger than that of every earlier message. */
  readonly position: number;
  readonly value: Uint8Array;
}

/** Options for reading a log. */
export interface LogOptions {
  /** Start reading after this position. Default: start at the first message in the log. */
  readonly after?: number | undefined;
  /**
   * Whether to stop after the message that was the last one at the start of reading. Default false: reading never ends.
   */
  readonly once?: boolean | undefined;
}

/**
 * The messages of one stream in order, for a single reader that stores its own position. Leaving the loop over it ends
 * the reading.
 */
export type MessageLog = AsyncIterable<LoggedMessage>;
