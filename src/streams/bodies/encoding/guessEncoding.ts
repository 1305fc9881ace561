import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import { decodeText } from './textDecoding.js';
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
const utf16Of = (bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined => {
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

/** Detects UTF-32 from its byte order mark, and UTF-16. */
export const utfOf = (bytes: Uint8Array): 'utf-32le' | 'utf-32be' | 'utf-16le' | 'utf-16be' | undefined => {
  if (startsWith(bytes, 0xff, 0xfe, 0, 0)) return 'utf-32le';
  return startsWith(bytes, 0, 0, 0xfe, 0xff) ? 'utf-32be' : utf16Of(bytes);
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
   * Of those where code page 866 of DOS has Cyrillic letters, and other encodings of Cyrillic have few: the share of
   * small letters, and of capitals. Code page 737 has small Greek letters in the place of some of these capitals.
   */
  readonly ofDos: { readonly small: number; readonly capital: number };
}

const isAsciiLetter = (byte: number): boolean => /[a-z]/i.test(String.fromCharCode(byte));

const highBytesOf = (bytes: Uint8Array): HighBytes => {
  let [high, low, ascii, small, capital] = [0, 0, 0, 0, 0];
  bytes.forEach((byte) => {
    if (byte < 0x80) {
      if (isAsciiLetter(byte)) ascii++;
      return;
    }
    high++;
    if (byte < 0xe0) low++;
    if ((byte >= 0xa0 && byte < 0xb0) || (byte >= 0xe0 && byte < 0xf2)) small++;
    else if (byte < 0xa0) capital++;
  });
  const all = Math.max(1, high);
  return {
    share: high / Math.max(1, high + ascii),
    low: low / all,
    ofDos: { small: small / all, capital: capital / all },
  };
};

/** Encodings of languages that use the ASCII letters and some more. */
const LATIN = /^(windows-125[02478]|iso-8859-([1-49]|1[0345]))$/;

/** The largest share of letters above ASCII in such languages. */
const MOST_LATIN = 0.4;

/** The share of letters that shows the code pages 866 and 737. */
const MOSTLY = 0.95;

/** What no language has within a word: a control character, a symbol or a capital after a small letter. */
const ODD =
  /[\u0080-\u009f]|\p{L}[\p{S}\p{No}\u00a1\u00a7\u00aa\u00b6\u00ba\u00bf\u201a-\u201f\u2020-\u2030\u2039\u203a\ufffd]+\p{L}|\p{L}[\u201a\u201e](?=\s)|\p{Ll}[\u00c0-\u017f](?<=\p{Lu})(?!\p{Lu})/gu;

/** The share of the characters above ASCII that are odd if bytes are decoded by an encoding. */
const oddShare = (bytes: Uint8Array, encoding: string): number => {
  const text = decodeText(bytes, encoding);
  return (text.match(ODD)?.length ?? 0) / Math.max(1, text.match(/[^\p{ASCII}]/gu)?.length ?? 0);
};

/** Encodings of old Macs and of DOS: for western, central European and Turkish languages. */
const OLD = ['macintosh', 'cp850', 'cp852', 'cp857'];

/** The encoding of an old machine, if it reads the words clearly better than a guessed one. */
const ofOldMachines = (bytes: Uint8Array, guessed: string): string => {
  const odd = oddShare(bytes, guessed);
  if (odd < 0.1) return guessed;
  const shares = OLD.map((encoding) => [encoding, oddShare(bytes, encoding)] as const);
  const [best, share] = shares.reduce((least, each) => (each[1] < least[1] ? each : least));
  return share < odd / 3 ? best : guessed;
};

/**
 * The most likely encoding of bytes that are not UTF-8, by its WHATWG name.
 *
 * It is a guess from character frequencies. So it is only suggested to the user and never applied automatically.
 */
export const guessEncoding = (bytes: Uint8Array): string => {
  const utf = utfOf(bytes);
  if (utf !== undefined) return utf;
  const looked = bytes.subarray(0, LOOKED_AT);
  const { share, low, ofDos } = highBytesOf(looked);
  // More than half of the letters of a Russian text are between 0xA0 and 0xB0.
  if (share > MOST_LATIN && low > 1 / 3 && ofDos.small + ofDos.capital > MOSTLY)
    return ofDos.capital > ofDos.small / 4 ? 'cp737' : 'ibm866';
  for (const { name } of analyse(looked)) {
    const encoding = encodingOf(name);
    // The bytes are not UTF-8, and `utf16Of` has excluded UTF-16.
    if (encoding === undefined || encoding.startsWith('utf')) continue;
    if (LATIN.test(encoding)) {
      if (share > MOST_LATIN) continue;
      return ofOldMachines(looked, encoding);
    }
    // chardet does not know Thai.
    if (encoding === 'iso-8859-8' && low > 1 / 3) return 'windows-874';
    return encoding;
  }
  return ofOldMachines(looked, 'windows-1252');
};
