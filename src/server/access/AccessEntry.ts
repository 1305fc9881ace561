import type { IncomingMessage } from 'node:http';
import type { Answered } from './Answered.js';

/** An answered request, as an entry of the access log. */
export interface AccessEntry {
  /** The time at which the request arrived, as ISO 8601. */
  readonly time: string;
  readonly method: string;
  /** The path without its query; at most 200 characters. */
  readonly path: string;
  /** 499 if the client disconnected before the answer. */
  readonly status: number;
  /** The time from the request to the end of its answer. */
  readonly durationMs: number;
  /** The bytes that were written to the connection in this time, including the header. */
  readonly bytes: number;
  /** The address of the client. */
  readonly address: string;
  /** The name of the request's token. */
  readonly token?: string | undefined;
  /** At most 200 characters. */
  readonly agent?: string | undefined;
  /** The position of the request in its trace (W3C Trace Context). */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string | undefined;
}

/** The maximum number of characters that an entry takes from client input. */
const MOST = 200;

/** Makes the log entry of an answered request. */
export const accessEntry = (
  { headers, method = '', socket: { remoteAddress = '' } }: IncomingMessage,
  { path, status, seconds, bytes, address, token, trace }: Answered,
): AccessEntry => ({
  time: new Date(Date.now() - seconds * 1000).toISOString(),
  method: method.slice(0, MOST),
  path: path.slice(0, MOST),
  status,
  durationMs: Math.round(seconds * 1e6) / 1000,
  bytes,
  address: address ?? remoteAddress,
  ...(token === undefined ? {} : { token }),
  ...(headers['user-agent'] === undefined ? {} : { agent: headers['user-agent'].slice(0, MOST) }),
  traceId: trace.traceId,
  spanId: trace.spanId,
  ...(trace.parentId === undefined ? {} : { parentId: trace.parentId }),
});
