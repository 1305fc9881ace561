import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import { encodingOf } from './requireEncoding.js';

/** How many bytes are looked at: enough to tell, and read in milliseconds. */
const LOOKED_AT = 65_536;

const startsWith = (bytes: Uint8Array, ...mark: readonly number[]): boolean =>
  mark.every((byte, i) => bytes[i] === byte);

/**
 * UTF-16 by its byte order mark, or by its zeros: in most scripts' tables every line break, delimiter and digit has one,
 * always on the same side.
 */
export const utf16Of = (bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined => {
  if (startsWith(bytes, 0xff, 0xfe)) return 'utf-16le';
  if (startsWith(bytes, 0xfe, 0xff)) return 'utf-16be';
  const zeros = [0, 0];
  const length = Math.min(bytes.length, 4096) & ~1;
  for (let i = 0; i < length; i++) if (bytes[i] === 0) zeros[i & 1]!++;
  const [even = 0, odd = 0] = zeros;
  if (odd > length / 20 && even * 10 < odd) return 'utf-16le';
  if (even > length / 20 && odd * 10 < even) return 'utf-16be';
  return undefined;
};

/** The bytes without a character at their end that is not whole. */
const wholeCharacters = (bytes: Uint8Array): Uint8Array => {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte >= 0xc0) return bytes.subarray(0, bytes.length - back);
    if (byte < 0x80) break;
  }
  return bytes;
};

/**
 * Whether bytes are UTF-8.
 *
 * @param cut whether more follow, so that the last character may not be whole
 */
export const isText = (bytes: Uint8Array, cut: boolean): boolean =>
  isUtf8(bytes) || (cut && isUtf8(wholeCharacters(bytes)));

/**
 * The most likely encoding of bytes that are not UTF-8, by the standard's name.
 *
 * It is a guess from the frequencies of characters, so it is named to a person, and never taken by itself.
 */
export const guessEncoding = (bytes: Uint8Array): string => {
  const utf16 = utf16Of(bytes);
  if (utf16 !== undefined) return utf16;
  for (const { name } of analyse(bytes.subarray(0, LOOKED_AT))) {
    const encoding = encodingOf(name);
    // Bytes that are no UTF-8 are not UTF-16 without zeros either.
    if (encoding !== undefined && !encoding.startsWith('utf')) return encoding;
  }
  return 'windows-1252';
};
