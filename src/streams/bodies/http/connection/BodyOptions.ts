import { validateHeaderName, validateHeaderValue } from 'node:http';
import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { requireNumber } from '../../../internal/requireNumber.js';
import { requireTime } from '../../../internal/requireTime.js';

/** Options for HTTP requests. */
export interface BodyOptions {
  /**
   * How long the server may take to accept the connection, and again as long to send the headers of its response.
   * Milliseconds; default 30,000.
   */
  readonly headersTimeout?: number | undefined;
  /**
   * How long the server may send nothing while more of the body is awaited. Time while the valve is closed does not
   * count. Milliseconds; default 30,000.
   */
  readonly bodyTimeout?: number | undefined;
  /** The largest number of redirects. Default 5. */
  readonly maxRedirects?: number | undefined;
  /**
   * Additional headers, which override the default headers: `{ authorization: 'Bearer …' }`. Or a function that returns
   * them for a URL that you gave. They are sent only to the server of this URL and not to other servers that it
   * redirects to, and they appear in no message. Default: none.
   */
  readonly headers?: Readonly<Record<string, string>> | HeadersOf | undefined;
}

/** Returns the headers for a URL that the user gave. */
export type HeadersOf = (url: URL) => Readonly<Record<string, string>>;

/** Checked request options, with all defaults. Headers have lower-case names. */
export interface CheckedBodyOptions {
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
  readonly maxRedirects: number;
  readonly headers: HeadersOf;
}

/** The headers that only the connection itself may set. */
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
 * Checks headers and returns them by lower-case name.
 *
 * @throws HeadwaterError `HW_USAGE` for an invalid header. The message does not show the header, which is often a
 *   secret
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
      'One of headers has a name or a value that cannot be sent. Give names of letters, digits and ' +
        'hyphens, values without line breaks, and none that belong to the connection itself.',
      { cause },
    );
  }
};

/** @throws HeadwaterError `HW_USAGE` for an invalid header: immediately, or when the function returns it */
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
