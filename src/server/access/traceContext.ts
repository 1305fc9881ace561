import { randomBytes } from 'node:crypto';

/** The position of a request in a trace. */
export interface TraceContext {
  /** The id of the whole trace, from the client or new. 32 hexadecimal digits. */
  readonly traceId: string;
  /** The id of this request in the trace. 16 hexadecimal digits. */
  readonly spanId: string;
  /** The span id of the client; undefined if the client sent none. */
  readonly parentId: string | undefined;
  /** The flags that the client sent, or 00. Two hexadecimal digits. */
  readonly flags: string;
}

const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/**
 * Continues the trace of a `traceparent` field. Starts a new trace if the field is missing or invalid.
 *
 * @see W3C Trace Context, section 3.2
 */
export const traceContext = (traceparent: string | readonly string[] | undefined): TraceContext => {
  const [, version, traceId, parentId, flags, rest] =
    typeof traceparent === 'string' ? (TRACEPARENT.exec(traceparent) ?? []) : [];
  const spanId = randomBytes(8).toString('hex');
  // In version 00, nothing may follow the flags.
  if (traceId === undefined || (version === '00' && rest !== undefined))
    return { traceId: randomBytes(16).toString('hex'), spanId, parentId: undefined, flags: '00' };
  return { traceId, spanId, parentId, flags: flags ?? '00' };
};

/** The response header that gives the position in the trace. */
export const traceResponse = ({ traceId, spanId, flags }: TraceContext): string => `00-${traceId}-${spanId}-${flags}`;
