const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

const isAscii = (byte: number | undefined): boolean => byte === undefined || byte < 0x80;

/** The length in bytes of the character that a lead byte begins; 1 for a byte that begins no character. */
const lengthOf = (byte: number): number =>
  byte >= 0xc2 && byte <= 0xdf ? 2 : byte >= 0xe0 && byte <= 0xef ? 3 : byte >= 0xf0 && byte <= 0xf4 ? 4 : 1;

/** Whether the second byte is valid: no overlong form, no surrogate, nothing above U+10FFFF. */
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

/** A character in six bytes (CESU-8), as written by programs that store text as UTF-16. */
const sixBytesAt = (bytes: Uint8Array, at: number): string | undefined => {
  const [a, b = 0, c = 0, d, e = 0, f = 0] = bytes.subarray(at, at + 6);
  if (a !== 0xed || d !== 0xed || b < 0xa0 || b > 0xaf || e < 0xb0 || e > 0xbf) return undefined;
  if (!isContinuation(c) || !isContinuation(f)) return undefined;
  return String.fromCharCode(0xd000 | ((b & 0x3f) << 6) | (c & 0x3f), 0xd000 | ((e & 0x3f) << 6) | (f & 0x3f));
};

/** A feed's bytes decoded as UTF-8. */
export interface RepairedText {
  readonly text: string;
  /** The number of characters outside ASCII, including the truncated ones. */
  readonly whole: number;
  /** The number of places with invalid bytes. */
  readonly broken: number;
}

/**
 * Decodes bytes that are mostly UTF-8, and repairs common damage. A character that a byte limit has truncated is left
 * out. A character in six bytes (CESU-8) is read. A single byte between ASCII is read as windows-1252, because a feed
 * combined from other feeds may mix both encodings. Other invalid bytes become U+FFFD.
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
      // 0xC2 or 0xC3 before anything but a letter is the first byte of a truncated character; as a letter of
      // windows-1252 it would have a letter after it.
      const cut = (byte === 0xc2 || byte === 0xc3) && !/[a-z]/i.test(String.fromCharCode(bytes[i + 1] ?? 0));
      if (!cut) parts.push(legacy.decode(bytes.subarray(i, i + 1)));
      i++;
    } else {
      // Adjacent invalid bytes count as one place.
      if (from !== i || parts.at(-1) !== '\ufffd') broken++;
      parts.push('\ufffd');
      i++;
    }
    from = i;
  }
  if (i > from) parts.push(utf8.decode(bytes.subarray(from)));
  return { text: parts.join(''), whole, broken };
};
