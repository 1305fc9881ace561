import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { ByteWindow } from './ByteWindow.js';

const UTF8 = [0xef, 0xbb, 0xbf] as const;
const UTF16 = [
  [0xff, 0xfe],
  [0xfe, 0xff],
] as const;

/**
 * Skips a byte order mark at the start of a body.
 *
 * @param ended whether no more bytes will come
 * @returns false while the received bytes may be the beginning of a mark; other bytes can be read immediately, even a
 *   single one
 * @throws HeadwaterError `HW_CSV` for the mark of UTF-16, where many characters contain a NUL byte
 */
export const skipBom = (window: ByteWindow, ended: boolean, source: string): boolean => {
  const arrived = window.bytes.subarray(0, Math.min(window.filled, UTF8.length));
  const begins = (mark: readonly number[]): boolean => arrived.every((byte, i) => i >= mark.length || byte === mark[i]);
  const has = (mark: readonly number[]): boolean => arrived.length >= mark.length && begins(mark);
  if (UTF16.some(has))
    throw new HeadwaterError('HW_CSV', `${source} is UTF-16 text. Save it as UTF-8.`, { where: `${source}:1` });
  if (has(UTF8)) window.start = UTF8.length;
  else if (!ended && (begins(UTF8) || UTF16.some(begins))) return false;
  return true;
};
