import { validateHeaderName, validateHeaderValue } from 'node:http';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { requireNumber } from '../../../internal/requireNumber.js';
import { requireTime } from '../../../internal/requireTime.js';

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
  /**
   * Headers sent beside our own, or in their place: `{ authorization: 'Bearer …' }`; or what gives those for an address
   * that was named. They go to the server that was named alone, not to where it redirects, and are in no message.
   * Default: none.
   */
  readonly headers?: Readonly<Record<string, string>> | HeadersOf | undefined;
}

/** The headers that are sent to an address which was named. */
export type HeadersOf = (url: URL) => Readonly<Record<string, string>>;

/** The same, checked and complete; headers by their names in lower case. */
export interface CheckedBodyOptions {
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
  readonly maxRedirects: number;
  readonly headers: HeadersOf;
}

/** What only the connection itself may say. */
const OURS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'if-range',
  'keep-alive',
  'proxy-authorization',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Headers by their names in lower case.
 *
 * @throws HeadwaterError `HW_USAGE` for what no header can be. The message does not show it: what stands there is often
 *   a secret
 */
export const checkHeaders = (headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => {
  try {
    return Object.fromEntries(
      Object.entries(headers).map(([written, value]) => {
        const name = written.toLowerCase();
        validateHeaderName(name);
        validateHeaderValue(name, value);
        if (OURS.has(name)) throw new Error(`${name} is written by the connection itself`);
        return [name, value];
      }),
    );
  } catch (cause) {
    throw new HeadwaterError(
      'HW_USAGE',
      'One of headers has a name or a value that cannot be sent. Give names of letters, digits and hyphens, values without line breaks, and none that belong to the connection itself.',
      { cause },
    );
  }
};

/** @throws HeadwaterError `HW_USAGE` for what no header can be: at once, or where a function gives them when it does */
export const checkHeadersOf = (headers: BodyOptions['headers']): HeadersOf => {
  if (typeof headers === 'function') return (url) => checkHeaders(headers(url));
  const checked = checkHeaders(headers);
  return () => checked;
};

/** @throws HeadwaterError `HW_USAGE` for a value that cannot work */
export const checkBodyOptions = ({
  headersTimeout,
  bodyTimeout,
  maxRedirects,
  headers,
}: BodyOptions): CheckedBodyOptions => ({
  headersTimeout: requireTime('headersTimeout', headersTimeout, 30_000),
  bodyTimeout: requireTime('bodyTimeout', bodyTimeout, 30_000),
  maxRedirects: requireNumber('maxRedirects', maxRedirects, 5, 0),
  headers: checkHeadersOf(headers),
});
