import { requireNumber } from '../../internal/requireNumber.js';
import { requireTime } from '../../internal/requireTime.js';

/** How a body is asked for over HTTP. */
export interface BodyOptions {
  /**
   * How long the server may take to accept the connection, and then again to send the head of its answer. Milliseconds;
   * default 30,000.
   */
  readonly headersTimeout?: number | undefined;
  /**
   * How long the server may send nothing while more of the body is awaited; time behind a closed valve does not count.
   * Milliseconds; default 30,000.
   */
  readonly bodyTimeout?: number | undefined;
  /** How many redirects are followed. Default 5. */
  readonly maxRedirects?: number | undefined;
}

/** The same, checked and complete. */
export type CheckedBodyOptions = { readonly [K in keyof BodyOptions]-?: number };

/** @throws HeadwaterError `HW_USAGE` for a value that cannot work */
export const checkBodyOptions = ({ headersTimeout, bodyTimeout, maxRedirects }: BodyOptions): CheckedBodyOptions => ({
  headersTimeout: requireTime('headersTimeout', headersTimeout, 30_000),
  bodyTimeout: requireTime('bodyTimeout', bodyTimeout, 30_000),
  maxRedirects: requireNumber('maxRedirects', maxRedirects, 5, 0),
});
