import type { TraceContext } from './traceContext.js';

/** An answered request. */
export interface Answered {
  /** The path of its route; `other` if it has none. */
  readonly route: string;
  readonly path: string;
  readonly status: number;
  /** The time from the request to the end of its answer. */
  readonly seconds: number;
  /** The bytes that were written to its connection in this time. */
  readonly bytes: number;
  readonly address: string | undefined;
  /** The name of its token; undefined if it had none. */
  readonly token: string | undefined;
  readonly trace: TraceContext;
}
