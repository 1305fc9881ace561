/**
 * The kinds of problems, each with its status and title.
 *
 * A key is the last part of a problem's `type`. Like an error code, it keeps its meaning once it is published.
 */
export const PROBLEMS = {
  malformed: { status: 400, title: 'The request cannot be read' },
  token: { status: 401, title: 'A token is needed' },
  origin: { status: 403, title: 'This origin is not allowed' },
  scope: { status: 403, title: 'The token does not allow this' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'no-feeds': { status: 404, title: 'The feeds cannot be changed' },
  'no-labels': { status: 404, title: 'No labels are kept' },
  method: { status: 405, title: 'This method is not allowed here' },
  'not-acceptable': { status: 406, title: 'No accepted media type is available' },
  slow: { status: 408, title: 'The request took too long to arrive' },
  'no-model': { status: 409, title: 'There is no such model' },
  'not-loaded': { status: 409, title: 'The model was not loaded' },
  'too-large': { status: 413, title: 'The body is too large' },
  'too-many': { status: 413, title: 'There are too many headlines' },
  'media-type': { status: 415, title: 'This media type cannot be read' },
  expectation: { status: 417, title: 'This expectation cannot be met' },
  host: { status: 421, title: 'This is another host' },
  invalid: { status: 422, title: 'The content is invalid' },
  throttled: { status: 429, title: 'There were too many wrong tokens' },
  'header-too-large': { status: 431, title: 'The header is too large' },
  failed: { status: 500, title: 'The server failed' },
  connections: { status: 503, title: 'There are too many connections' },
  listeners: { status: 503, title: 'There are too many listeners' },
  'queue-full': { status: 503, title: 'Too many headlines wait' },
  warming: { status: 503, title: 'The server is not ready yet' },
  draining: { status: 503, title: 'The server is ending' },
} as const satisfies Record<string, { readonly status: number; readonly title: string }>;

/** The kind of a problem. */
export type ProblemKind = keyof typeof PROBLEMS;

/** One fault in a document. */
export interface Fault {
  /** Its position as a JSON pointer (RFC 6901); empty for the whole document. */
  readonly pointer: string;
  readonly detail: string;
}

/** The details of a problem. */
export interface ProblemDetails {
  /** The first faults, if a document has faults. */
  readonly errors?: readonly Fault[] | undefined;
  /** The number of the faulty line in the body, from 1. */
  readonly line?: number | undefined;
}

/** A problem in the form of RFC 9457. */
export interface Problem extends ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What went wrong in this request, and how to correct it. */
  readonly detail: string;
}

/** The media type of a problem. */
export const PROBLEM_JSON = 'application/problem+json';

/** The prefix of a problem's `type`. */
export const PROBLEM_TYPE = 'urn:headwater:problem:';

/**
 * Makes a problem that programs and people can read.
 *
 * @see RFC 9457, Problem Details for HTTP APIs
 */
export const problem = (kind: ProblemKind, detail: string, details: ProblemDetails = {}): Problem => {
  const { title, status } = PROBLEMS[kind];
  return { type: `${PROBLEM_TYPE}${kind}`, title, status, detail, ...details };
};
