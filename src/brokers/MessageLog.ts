/** A message of a log. */
export interface LoggedMessage {
  /** Its place: larger than that of every message before it. */
  readonly position: number;
  readonly value: Uint8Array;
}

/** What is read of a log. */
export interface LogOptions {
  /** The position after which reading begins. Default: at the first message that is there. */
  readonly after?: number | undefined;
  /** Whether reading ends after the last message that was there when it began. Default false: it goes on for ever. */
  readonly once?: boolean | undefined;
}

/**
 * The messages of one stream in their order, for a single reader that keeps its own position. Whoever leaves the loop
 * over it ends the reading.
 */
export type MessageLog = AsyncIterable<LoggedMessage>;
