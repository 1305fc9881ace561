import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Scope } from './AccessToken.js';

/** Handles a request. Errors and rejections are answered with a problem. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** The handlers at a path. */
export interface Route {
  /** The handlers by method. HEAD is handled like GET. */
  readonly handlers: Readonly<Partial<Record<'GET' | 'POST', Handler>>>;
  /**
   * Whether the route is public (probes, and the files of the page). It needs no token, and is still answered while the
   * server ends.
   */
  readonly probe: boolean;
  /** The required scope of the token. Default: `read`. */
  readonly scope?: Scope | undefined;
}
