import { randomBytes } from 'node:crypto';

/** Where a request stands in a trace. */
export interface TraceContext {
  /** The id of the whole trace: that of the client, or a new one. 32 hexadecimal digits. */
  readonly traceId: string;
  /** The id of this request in it. 16 hexadecimal digits. */
  readonly spanId: string;
  /** The id of what the client does; undefined where it sent none. */
  readonly parentId: string | undefined;
  /** The flags of the client, or 00. Two hexadecimal digits. */
  readonly flags: string;
}

const TRACEPARENT = /^(?!ff)([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/**
 * Goes on with the trace of a `traceparent` field, or begins one where there is none or it cannot be read.
 *
 * @see W3C Trace Context, section 3.2
 */
export const traceContext = (traceparent: string | readonly string[] | undefined): TraceContext => {
  const [, version, traceId, parentId, flags, rest] =
    typeof traceparent === 'string' ? (TRACEPARENT.exec(traceparent) ?? []) : [];
  const spanId = randomBytes(8).toString('hex');
  // Version 00 has nothing behind its flags.
  if (traceId === undefined || (version === '00' && rest !== undefined))
    return { traceId: randomBytes(16).toString('hex'), spanId, parentId: undefined, flags: '00' };
  return { traceId, spanId, parentId, flags: flags ?? '00' };
};

/** The field of an answer that says where it stands in the trace. */
export const traceResponse = ({ traceId, spanId, flags }: TraceContext): string => `00-${traceId}-${spanId}-${flags}`;
