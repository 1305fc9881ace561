import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import { encodingOf } from './requireEncoding.js';

/** How many bytes are examined: enough for a guess, within milliseconds. */
const LOOKED_AT = 65_536;

const startsWith = (bytes: Uint8Array, ...mark: readonly number[]): boolean =>
  mark.every((byte, i) => bytes[i] === byte);

/**
 * Detects UTF-16 from its line breaks, commas and tabs. In scripts without an alphabet, few other characters have a
 * zero byte; in text with one byte per character there are none.
 */
const utf16ByLineBreaks = (bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined => {
  // UTF-8 with some NUL characters before its commas. In UTF-16, Thai and Burmese are ASCII too, but there every second
  // byte is a control character.
  const written = bytes.filter((byte) => byte !== 0);
  const controls = written.reduce((sum, byte) => sum + (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d) ? 1 : 0), 0);
  if (controls * 8 < written.length && isText(written, true)) return undefined;
  const found = { le: 0, be: 0, other: 0 };
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const [first, second] = [bytes[i]!, bytes[i + 1]!];
    const isMark = (byte: number): boolean => byte === 0x0a || byte === 0x2c || byte === 0x09;
    if (second === 0 && isMark(first)) found.le++;
    else if (first === 0 && isMark(second)) found.be++;
    else if (first < 0x09 && second < 0x09) found.other++;
  }
  if (found.other > 0 || found.le + found.be < 3) return undefined;
  return found.be === 0 ? 'utf-16le' : found.le === 0 ? 'utf-16be' : undefined;
};

/**
 * Detects UTF-16 from its byte order mark or from its zero bytes: in most tables every line break, delimiter and digit
 * has a zero byte, always on the same side.
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
  return utf16ByLineBreaks(bytes.subarray(0, length));
};

/** The bytes without a multi-byte character at their end, which may be incomplete. */
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
 * @param cut whether more bytes follow, so that the last character may be incomplete
 */
export const isText = (bytes: Uint8Array, cut: boolean): boolean =>
  isUtf8(bytes) || (cut && isUtf8(wholeCharacters(bytes)));

/** Properties of the bytes above ASCII. */
interface HighBytes {
  /** Their share of all letters, between 0 and 1. */
  readonly share: number;
  /** The share of them below 0xE0, where the letters of Hebrew begin. */
  readonly low: number;
  /**
   * Of those between two ASCII letters: how many are letters in windows-1252 (from 0xC0), and how many are its special
   * marks (below 0xA0).
   */
  readonly inWords: { readonly letters: number; readonly marks: number };
}

const isAsciiLetter = (byte = 0): boolean => /[a-z]/i.test(String.fromCharCode(byte));

const highBytesOf = (bytes: Uint8Array): HighBytes => {
  let [high, low, ascii, letters, marks] = [0, 0, 0, 0, 0];
  bytes.forEach((byte, i) => {
    if (byte < 0x80) {
      if (isAsciiLetter(byte)) ascii++;
      return;
    }
    high++;
    if (byte < 0xe0) low++;
    if (!isAsciiLetter(bytes[i - 1]) || !isAsciiLetter(bytes[i + 1])) return;
    if (byte >= 0xc0) letters++;
    else if (byte < 0xa0) marks++;
  });
  return { share: high / Math.max(1, high + ascii), low: low / Math.max(1, high), inWords: { letters, marks } };
};

/** Encodings of languages that use the ASCII letters and some more. */
const LATIN = /^(windows-125[0478]|iso-8859-([1-49]|1[0345]))$/;

/** The largest share of letters above ASCII in such languages. */
const MOST_LATIN = 0.4;

/**
 * The most likely encoding of bytes that are not UTF-8, by its WHATWG name.
 *
 * It is a guess from character frequencies. So it is only suggested to the user and never applied automatically.
 */
export const guessEncoding = (bytes: Uint8Array): string => {
  const utf16 = utf16Of(bytes);
  if (utf16 !== undefined) return utf16;
  const looked = bytes.subarray(0, LOOKED_AT);
  const { share, low, inWords } = highBytesOf(looked);
  for (const { name } of analyse(looked)) {
    const encoding = encodingOf(name);
    // The bytes are not UTF-8, and `utf16Of` has excluded UTF-16.
    if (encoding === undefined || encoding.startsWith('utf')) continue;
    if (LATIN.test(encoding)) {
      if (share > MOST_LATIN) continue;
      if (inWords.marks > 3 * inWords.letters && inWords.marks > 3) return 'macintosh';
    }
    // chardet does not know Thai.
    if (encoding === 'iso-8859-8' && low > 1 / 3) return 'windows-874';
    return encoding;
  }
  return 'windows-1252';
};
