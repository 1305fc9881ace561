import { isUtf8 } from 'node:buffer';

/** A feed's bytes as text. */
export interface FeedText {
  readonly text: string;
  /** What it was read as, by its name in the Encoding Standard: `utf-8`. */
  readonly encoding: string;
  /** Whether some bytes were none of that encoding: each such place shows as U+FFFD. */
  readonly damaged: boolean;
}

const MARKS = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
] as const;

// UTF-16 without a mark, by its first character, which is `<` or `{` in every feed.
const WITHOUT_MARK = [
  { encoding: 'utf-16le', bytes: [0x3c, 0x00] },
  { encoding: 'utf-16le', bytes: [0x7b, 0x00] },
  { encoding: 'utf-16be', bytes: [0x00, 0x3c] },
  { encoding: 'utf-16be', bytes: [0x00, 0x7b] },
] as const;

const beginning = (bytes: Uint8Array, table: typeof MARKS | typeof WITHOUT_MARK): string | undefined =>
  table.find((entry) => entry.bytes.every((byte, i) => bytes[i] === byte))?.encoding;

/** The Encoding Standard's name for what a label calls an encoding; undefined for a label that it does not know. */
const standardName = (label: string | undefined): string | undefined => {
  if (label === undefined) return undefined;
  try {
    return new TextDecoder(label.trim()).encoding;
  } catch {
    return undefined;
  }
};

/** What the XML declaration says; it is ASCII, or its encoding would have shown by the first bytes. */
const declaredInXml = (bytes: Uint8Array): string | undefined =>
  /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]{1,40})["']/i.exec(
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1_024)).toString('latin1'),
  )?.[1];

const declaredInHeader = (contentType: string | undefined): string | undefined =>
  /;\s*charset\s*=\s*"?([^\s";]{1,40})/i.exec(contentType ?? '')?.[1];

// Every byte sequence is text in these, so that decoding cannot tell whether a declaration is true.
const SINGLE_BYTE = /^(windows-|iso-8859-|koi8-|macintosh|x-mac-|ibm866)/;

// 0x80 to 0x9f of windows-1252 as the Encoding Standard has them. Some releases of Node decode them as ISO 8859-1 does,
// to controls.
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const decoded = (bytes: Uint8Array, encoding: string): string => {
  const text = new TextDecoder(encoding).decode(bytes);
  return encoding === 'windows-1252'
    ? text.replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80))
    : text;
};

const fits = (bytes: Uint8Array, encoding: string): boolean => {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 0x80);

/** Whether bytes that are not quite UTF-8 are meant to be: more of their characters are whole than broken. */
const nearlyUtf8 = (bytes: Uint8Array): boolean => {
  const text = new TextDecoder('utf-8').decode(bytes);
  let whole = 0;
  let broken = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0xfffd) broken++;
    else if (unit >= 0x80) whole++;
  }
  return whole > broken;
};

/** What bytes are read as, where their beginning does not give it away. */
const choose = (bytes: Uint8Array, declared: readonly (string | undefined)[]): string => {
  // UTF-16 would have shown at the first bytes; whoever declares it here has transcoded the text and not the
  // declaration.
  const named = declared
    .map(standardName)
    .filter((name): name is string => name !== undefined && !name.startsWith('utf-16'));
  const utf8 = isUtf8(bytes);
  // Text of a single-byte encoding is UTF-8 as good as never by chance, so UTF-8 wins over such a declaration.
  for (const name of named) {
    if (name === 'utf-8' ? utf8 : utf8 && SINGLE_BYTE.test(name) ? isAscii(bytes) : fits(bytes, name)) return name;
  }
  if (utf8) return 'utf-8';
  return nearlyUtf8(bytes) ? 'utf-8' : (named.find((name) => name !== 'utf-8') ?? 'windows-1252');
};

/**
 * Reads a feed's bytes as text: by its byte order mark, else by what the server says, what the XML declaration says,
 * and what the bytes can be.
 *
 * A declaration that the bytes contradict is not believed: bytes that are UTF-8 are read as such, whatever single-byte
 * encoding they are declared as, and bytes that are not are read as windows-1252 where nothing else fits. Never fails;
 * `damaged` says where something was lost.
 *
 * @param contentType the header as the server sent it
 */
export const decodeFeed = (bytes: Uint8Array, contentType: string | undefined): FeedText => {
  const encoding =
    beginning(bytes, MARKS) ??
    beginning(bytes, WITHOUT_MARK) ??
    choose(bytes, [declaredInHeader(contentType), declaredInXml(bytes)]);
  return { text: decoded(bytes, encoding), encoding, damaged: !fits(bytes, encoding) };
};
