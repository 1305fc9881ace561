/**
 * Every code that an error of this library can carry. A published code never changes its meaning.
 *
 * `HW_USAGE`, `HW_PATH`, `HW_COLUMNS` and `HW_ARTIFACT_VERSION` mean misuse (exit status 2 of the command). All other
 * codes mean a failure (exit status 1).
 */
export type ErrorCode =
  | 'HW_USAGE' // an argument or option that cannot work
  | 'HW_PATH' // a path that is missing, unreadable, or of the wrong kind
  | 'HW_COLUMNS' // a table without the columns asked for, or without a header
  | 'HW_CSV' // a table that cannot be parsed further
  | 'HW_EMPTY' // no data to work on: no rows, no train rows, one class only
  | 'HW_HTTP_STATUS' // a server answered with an error status
  | 'HW_HTTP_REDIRECTS' // more redirects than allowed
  | 'HW_HTTP_TIMEOUT' // no answer, or no further bytes, within the time limit
  | 'HW_HTTP_CUT' // the body is incomplete: connection cut, wrong length
  | 'HW_HTTP_CONNECT' // the server could not be reached
  | 'HW_ENCODING' // a content encoding that is unknown, or a compressed body that is broken
  | 'HW_FEED' // a feed, or a stream of events or lines, that cannot be read as one
  | 'HW_BROKER' // a broker that cannot be reached, or a topic, stream or group that it does not have
  | 'HW_ADDRESS' // an address that is not allowed: neither http nor https, or private behind a public one
  | 'HW_SOURCE_CHANGED' // a file that is read once per epoch changed between two reads
  | 'HW_SNAPSHOT' // the snapshot could not be written or read
  | 'HW_REJECTIONS' // more rejected rows than the limit allows
  | 'HW_OVERFLOW' // a buffer that would have to grow beyond its bound
  | 'HW_LABEL' // a label that the label encoder does not know
  | 'HW_ARTIFACT' // an artifact that is missing, damaged, or does not fit the others
  | 'HW_ARTIFACT_VERSION' // an artifact written by another version of the format
  | 'HW_VECTORS' // word vectors that are damaged, or no word vectors
  | 'HW_WRITE' // an output that could not be written
  | 'HW_SETUP' // a set-up lacks something that it needs, or one of its inputs is broken
  | 'HW_BACKEND' // a backend that is not installed or does not load
  | 'HW_NUMERIC'; // a loss or a weight that is not a finite number

/** Further details of an error. */
export interface ErrorDetails {
  /** The underlying error, where there is one. */
  readonly cause?: unknown;
  /** The place of the error: a path or an address, with `:line:column` where they are known. */
  readonly where?: string | undefined;
}

/**
 * The base of every error that this library throws or sends through `error`.
 *
 * The message says what happened, where, and what to do about it. Programs read `code`. `headwater explain HW_PATH`
 * prints the causes of a code, and what to do about each.
 *
 * @example
 * ```ts
 * import { HeadwaterError } from 'headwater';
 * const error = new HeadwaterError('HW_PATH', 'No such file: news.csv. Check the path given to --data.', {
 *   where: 'news.csv',
 * });
 * error.code; // 'HW_PATH'
 * ```
 */
export class HeadwaterError extends Error {
  override readonly name: string = 'HeadwaterError';
  readonly code: ErrorCode;
  readonly where: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.where = details.where;
  }
}
