const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

const isAscii = (byte: number | undefined): boolean => byte === undefined || byte < 0x80;

/** How many bytes the character has that a byte begins; 1 for a byte that begins none. */
const lengthOf = (byte: number): number =>
  byte >= 0xc2 && byte <= 0xdf ? 2 : byte >= 0xe0 && byte <= 0xef ? 3 : byte >= 0xf0 && byte <= 0xf4 ? 4 : 1;

/** Whether a second byte makes no character that is written too long, no surrogate, and none beyond the last one. */
const mayFollow = (first: number, second: number): boolean =>
  first === 0xe0
    ? second >= 0xa0
    : first === 0xed
      ? second <= 0x9f
      : first === 0xf0
        ? second >= 0x90
        : first === 0xf4
          ? second <= 0x8f
          : true;

/** A character of six bytes (CESU-8), as programs write it that hold text as UTF-16. */
const sixBytesAt = (bytes: Uint8Array, at: number): string | undefined => {
  const [a, b = 0, c = 0, d, e = 0, f = 0] = bytes.subarray(at, at + 6);
  if (a !== 0xed || d !== 0xed || b < 0xa0 || b > 0xaf || e < 0xb0 || e > 0xbf) return undefined;
  if (!isContinuation(c) || !isContinuation(f)) return undefined;
  return String.fromCharCode(0xd000 | ((b & 0x3f) << 6) | (c & 0x3f), 0xd000 | ((e & 0x3f) << 6) | (f & 0x3f));
};

/** What a feed's bytes are as UTF-8. */
export interface RepairedText {
  readonly text: string;
  /** How many characters beyond ASCII there are, and were before they were cut in two. */
  readonly whole: number;
  /** In how many places there are bytes that are no text. */
  readonly broken: number;
}

/**
 * Reads bytes that are UTF-8 for the most part, and mends what programs do to it: a character that a limit on bytes has
 * cut in two is left out, one of six bytes (CESU-8) is read, and a single byte between ASCII is read as windows-1252,
 * since a feed that is put together of others may have both. What is left is U+FFFD.
 */
export const repairUtf8 = (bytes: Uint8Array): RepairedText => {
  const parts: string[] = [];
  const utf8 = new TextDecoder('utf-8');
  const legacy = new TextDecoder('windows-1252');
  let whole = 0;
  let broken = 0;
  let from = 0;
  let i = 0;
  while (i < bytes.length) {
    const byte = bytes[i] ?? 0;
    if (byte < 0x80) {
      i++;
      continue;
    }
    const length = lengthOf(byte);
    let found = 1;
    while (found < length && isContinuation(bytes[i + found])) found++;
    if (length > 1 && found === length && mayFollow(byte, bytes[i + 1] ?? 0)) {
      whole++;
      i += length;
      continue;
    }
    if (i > from) parts.push(utf8.decode(bytes.subarray(from, i)));
    const six = sixBytesAt(bytes, i);
    const alone = isAscii(bytes[i - 1]) && isAscii(bytes[i + found]);
    if (six !== undefined) {
      parts.push(six);
      whole++;
      i += 6;
    } else if (found > 1 && found < length && isAscii(bytes[i + found])) {
      whole++;
      i += found;
    } else if (found === 1 && alone) {
      // The first of two bytes, where a text ends; a letter of windows-1252 has others behind it.
      const cut = (byte === 0xc2 || byte === 0xc3) && !/[a-z]/i.test(String.fromCharCode(bytes[i + 1] ?? 0));
      if (!cut) parts.push(legacy.decode(bytes.subarray(i, i + 1)));
      i++;
    } else {
      // Bytes side by side are one place.
      if (from !== i || parts.at(-1) !== '\ufffd') broken++;
      parts.push('\ufffd');
      i++;
    }
    from = i;
  }
  if (i > from) parts.push(utf8.decode(bytes.subarray(from)));
  return { text: parts.join(''), whole, broken };
};
