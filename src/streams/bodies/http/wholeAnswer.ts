import type { Dispatcher } from 'undici';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { headerOf } from './connection/httpExchange.js';

/** The byte range of a `Content-Range` header. */
export interface ContentRange {
  readonly from: number;
  /** The last byte, inclusive. */
  readonly to: number;
  /** The length of the complete body; undefined if the server does not declare it. */
  readonly total: number | undefined;
}

/** `bytes 0-99/200`; undefined if the header is missing or invalid. */
export const contentRange = (response: Dispatcher.ResponseData): ContentRange | undefined => {
  const header = headerOf(response, 'content-range') ?? '';
  const [, from, to, total] = /^\s*bytes\s+(\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)\s*$/i.exec(header) ?? [];
  return from === undefined
    ? undefined
    : { from: Number(from), to: Number(to), total: total === '*' ? undefined : Number(total) };
};

/** The statuses of a complete response. */
export const WHOLE: ReadonlySet<number> = new Set([200, 203]);

/**
 * Rejects a response that declares itself partial.
 *
 * @throws HeadwaterError `HW_HTTP_CUT`
 */
export const requireWhole = (response: Dispatcher.ResponseData, name: string): void => {
  if (headerOf(response, 'content-range') === undefined) return;
  const range = contentRange(response);
  if (range?.from === 0 && range.to + 1 === range.total) return;
  throw new HeadwaterError(
    'HW_HTTP_CUT',
    `${name} sends a part (Content-Range: ${(headerOf(response, 'content-range') ?? '').slice(0, 80)}), ` +
      'and the whole was asked for. Try again, or give another address.',
    { where: name },
  );
};

// Some servers declare that there is no encoding, or declare a character encoding or a media type here. Object stores
// keep `aws-chunked` of the upload.
const NO_CODING =
  /^(?:identity|none|null|binary|text|plain|[78]bit|aws-chunked|utf-?\d+|us-ascii|(?:iso-|windows-|koi8).*|[^/]*\/.*)$/;

/** The names in a header such as `gzip, chunked`, in lower case. */
const namesIn = (response: Dispatcher.ResponseData, header: string): readonly string[] =>
  (headerOf(response, header) ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');

/** The encodings of a transfer besides `chunked`, in the order in which they were applied. */
export const transferEncodingsOf = (response: Dispatcher.ResponseData): readonly string[] =>
  namesIn(response, 'transfer-encoding').filter((name) => name !== 'chunked' && name !== 'identity');

/** The encodings of a body in the order in which they were applied: of its content, then of its transfer. */
export const encodingsOf = (response: Dispatcher.ResponseData): readonly string[] => [
  ...namesIn(response, 'content-encoding').filter((name) => !NO_CODING.test(name)),
  ...transferEncodingsOf(response),
];
