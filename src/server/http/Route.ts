import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Scope } from './AccessToken.js';

/** Answers a request; what it throws or rejects with is answered by a problem. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** What is at a path. */
export interface Route {
  /** By method; HEAD is answered as GET is. */
  readonly handlers: Readonly<Partial<Record<'GET' | 'POST', Handler>>>;
  /**
   * Whether anybody may know it (probes, and the files of the page): it wants no token, and is answered while the
   * server ends.
   */
  readonly probe: boolean;
  /** What a token has to allow. Default: to read. */
  readonly scope?: Scope | undefined;
}
