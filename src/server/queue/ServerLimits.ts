import type { Optional } from '../../contracts/Optional.js';
import { wrongValue } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';

/** The limits of the server. A request beyond a limit is answered with a status and a problem. */
export interface ServerLimits {
  /** The maximum size of a JSON document, and of a line of JSON lines. Bytes; default 1,048,576. */
  readonly bodyBytes: number;
  /** The maximum length of a title. UTF-16 code units; default 1,000. The longest title sets the width of a batch. */
  readonly titleLength: number;
  /**
   * The maximum number of headlines in a JSON document, and of lines in progress for a body of JSON lines. Default 256.
   */
  readonly batch: number;
  /** The maximum number of waiting headlines of all JSON documents. Default 4,096. */
  readonly queue: number;
  /** The maximum number of connections. Fewer if the process may not open so many files. Default 2,048. */
  readonly connections: number;
  /** The maximum number of clients of `/events`. Default 1,024. */
  readonly listeners: number;
  /**
   * How long a header may take to arrive, a JSON document to arrive completely, and JSON lines to send the next line.
   * Milliseconds, below `stallMs`; default 30,000.
   */
  readonly arrivalMs: number;
  /**
   * How long a connection may be without activity during a response. A client that does not read is disconnected.
   * Milliseconds; default 60,000.
   */
  readonly stallMs: number;
}

/** The default limits. */
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

/** The maximum delay of Node's timers. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Adds the defaults to the given limits.
 *
 * @throws HeadwaterError `HW_USAGE` if a limit is not a whole number of at least 1, the queue has no room for a whole
 *   batch, or `arrivalMs` is not below `stallMs`
 */
export const serverLimits = (given: Optional<ServerLimits>): ServerLimits => {
  // A limit that is undefined counts as not given.
  const set = Object.entries(given).filter(([, value]) => (value as unknown) !== undefined);
  const limits: ServerLimits = { ...DEFAULT_LIMITS, ...Object.fromEntries(set) };
  for (const name of Object.keys(DEFAULT_LIMITS) as (keyof ServerLimits)[]) {
    const value = limits[name];
    const most = name.endsWith('Ms') ? LONGEST_MS : Number.MAX_SAFE_INTEGER;
    if (!(Number.isSafeInteger(value) && value >= 1 && value <= most))
      throw wrongValue('serveModel', `the limit ${name}`, value, `a whole number from 1 to ${most}`);
  }
  if (limits.queue < limits.batch) {
    throw new HeadwaterError(
      'HW_USAGE',
      `serveModel: the queue takes ${limits.queue} headlines, but a document may have ` +
        `${limits.batch}, so it could never be answered. Set limits.queue to at least limits.batch.`,
    );
  }
  if (limits.arrivalMs >= limits.stallMs) {
    throw new HeadwaterError(
      'HW_USAGE',
      `serveModel: a request may take ${limits.arrivalMs} ms to arrive, but its ` +
        `connection is closed after ${limits.stallMs} ms without data, so the client ` +
        'would never get the status 408. Set arrivalMs below stallMs.',
    );
  }
  return limits;
};

/**
 * Checks that a listener that reads is never disconnected for inactivity, even if there are no events.
 *
 * @throws HeadwaterError `HW_USAGE` if the heartbeat interval is not below `stallMs`
 */
export const checkHeartbeat = (
  operation: string,
  heartbeatMs: number,
  { stallMs }: Pick<ServerLimits, 'stallMs'>,
): void => {
  if (heartbeatMs < stallMs) return;
  throw new HeadwaterError(
    'HW_USAGE',
    `${operation}: listeners get a heartbeat every ${heartbeatMs} ms, but a connection is ` +
      `closed after ${stallMs} ms without data. Set heartbeatMs below ${stallMs}.`,
  );
};
