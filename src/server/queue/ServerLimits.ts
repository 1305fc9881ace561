import type { Optional } from '../../contracts/Optional.js';
import { optionText } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** How much the server takes on. Each limit that is met is answered with a status and a problem. */
export interface ServerLimits {
  /** The largest JSON document, and the longest line of JSON lines. Bytes; default 1,048,576. */
  readonly bodyBytes: number;
  /** The longest title. UTF-16 code units; default 1,000: a batch is as wide as its longest title. */
  readonly titleLength: number;
  /**
   * The most headlines of a JSON document, and the most of a body of JSON lines that are on their way at a time.
   * Default 256.
   */
  readonly batch: number;
  /** The most headlines of all JSON documents that may wait. Default 4,096. */
  readonly queue: number;
  /** The most connections. Default 2,048. */
  readonly connections: number;
  /** The most clients of `/events`. Default 1,024. */
  readonly listeners: number;
  /**
   * How long a header may take to arrive, a JSON document to arrive whole, and JSON lines to send anything more.
   * Milliseconds, below `stallMs`; default 30,000.
   */
  readonly arrivalMs: number;
  /**
   * How long a connection may stand still while it is being answered: a client that does not read is cut off.
   * Milliseconds; default 60,000.
   */
  readonly stallMs: number;
}

/** The limits that are not given. */
export const DEFAULT_LIMITS: ServerLimits = {
  bodyBytes: 1_048_576,
  titleLength: 1000,
  batch: 256,
  queue: 4096,
  connections: 2048,
  listeners: 1024,
  arrivalMs: 30_000,
  stallMs: 60_000,
};

/** The longest time that Node's timers keep. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Fills limits up with the defaults.
 *
 * @throws HeadwaterError `HW_USAGE` when one is no whole number of at least 1, the queue has no room for one whole
 *   batch, or `arrivalMs` is not below `stallMs`
 */
export const serverLimits = (given: Optional<ServerLimits>): ServerLimits => {
  // A limit that is undefined is not given.
  const set = Object.entries(given).filter(([, value]) => (value as unknown) !== undefined);
  const limits: ServerLimits = { ...DEFAULT_LIMITS, ...Object.fromEntries(set) };
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof ServerLimits)[]) {
    const value = limits[name];
    const most = name.endsWith('Ms') ? LONGEST_MS : Number.MAX_SAFE_INTEGER;
    if (!(Number.isSafeInteger(value) && value >= 1 && value <= most))
      throw new HeadwaterError(
        'HW_USAGE',
        `serveModel: the limit ${name} is ${optionText(value)}, but must be a whole number from 1 to ${most}.`,
      );
  }
  if (limits.queue < limits.batch) {
    throw new HeadwaterError(
      'HW_USAGE',
      `serveModel: the queue takes ${limits.queue} headlines, but a document may have ${limits.batch}, so it could never be answered. Set limits.queue to at least limits.batch.`,
    );
  }
  if (limits.arrivalMs >= limits.stallMs) {
    throw new HeadwaterError(
      'HW_USAGE',
      `serveModel: a request may take ${limits.arrivalMs} ms to arrive, but its connection is closed after ${limits.stallMs} ms without data, so the client would never get the status 408. Set arrivalMs below stallMs.`,
    );
  }
  return limits;
};

/**
 * Checks that a listener who reads is never cut off for standing still, however long nothing happens.
 *
 * @throws HeadwaterError `HW_USAGE` when the heartbeat is not quicker than `stallMs`
 */
export const checkHeartbeat = (
  operation: string,
  heartbeatMs: number,
  { stallMs }: Pick<ServerLimits, 'stallMs'>,
): void => {
  if (heartbeatMs < stallMs) return;
  throw new HeadwaterError(
    'HW_USAGE',
    `${operation}: listeners get a heartbeat every ${heartbeatMs} ms, but a connection is closed after ${stallMs} ms without data. Set heartbeatMs below ${stallMs}.`,
  );
};
