import type { IncomingMessage } from 'node:http';
import type { Answered } from './Answered.js';

/** A request that was answered, as an access log has it. */
export interface AccessEntry {
  /** When it came, as ISO 8601. */
  readonly time: string;
  readonly method: string;
  /** The path without its query; at most 200 characters. */
  readonly path: string;
  /** 499 where the client left first. */
  readonly status: number;
  /** From the request to the end of its answer. */
  readonly durationMs: number;
  /** What was written to the connection meanwhile, the header included. */
  readonly bytes: number;
  /** The address that it came from. */
  readonly address: string;
  /** The name of its token. */
  readonly token?: string | undefined;
  /** At most 200 characters. */
  readonly agent?: string | undefined;
  /** Where it stands in its trace (W3C Trace Context). */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId?: string | undefined;
}

/** The most characters of what a client wrote. */
const MOST = 200;

/** Describes a request that was answered. */
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
