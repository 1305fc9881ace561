import type { Dispatcher } from 'undici';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { headerOf } from './connection/httpExchange.js';

/** The bytes that a `Content-Range` names. */
export interface ContentRange {
  readonly from: number;
  /** The last of them. */
  readonly to: number;
  /** The length of the whole; undefined where the server does not say. */
  readonly total: number | undefined;
}

/** `bytes 0-99/200`; undefined where it is not there, or names nothing. */
export const contentRange = (response: Dispatcher.ResponseData): ContentRange | undefined => {
  const header = headerOf(response, 'content-range') ?? '';
  const [, from, to, total] = /^\s*bytes\s+(\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)\s*$/i.exec(header) ?? [];
  return from === undefined
    ? undefined
    : { from: Number(from), to: Number(to), total: total === '*' ? undefined : Number(total) };
};

/** The statuses that bring the whole of what was asked for. */
export const WHOLE: ReadonlySet<number> = new Set([200, 203]);

/**
 * Refuses an answer that says of itself that it is a part.
 *
 * @throws HeadwaterError `HW_HTTP_CUT`
 */
export const requireWhole = (response: Dispatcher.ResponseData, name: string): void => {
  if (headerOf(response, 'content-range') === undefined) return;
  const range = contentRange(response);
  if (range?.from === 0 && range.to + 1 === range.total) return;
  throw new HeadwaterError(
    'HW_HTTP_CUT',
    `${name} sends a part (Content-Range: ${(headerOf(response, 'content-range') ?? '').slice(0, 80)}), and the whole was asked for. Try again, or give another address.`,
    { where: name },
  );
};

/** What a body is encoded by, in the order in which it was applied. */
export const encodingsOf = (response: Dispatcher.ResponseData): readonly string[] =>
  (headerOf(response, 'content-encoding') ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    // Some servers name that there is none, or the encoding of the characters.
    .filter((name) => !['', 'identity', 'none', 'binary', '8bit', 'utf-8', 'utf8'].includes(name));
