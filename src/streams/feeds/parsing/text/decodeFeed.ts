import { isUtf8 } from 'node:buffer';
import { decode as decodeBy } from 'iconv-lite';
import { encodingLabel, type KnownEncoding } from './encodingLabel.js';
import { guessLegacy } from './guessLegacy.js';
import { repairUtf8, type RepairedText } from './repairUtf8.js';
import { withoutC1 } from './windows1252.js';

/** A feed's bytes as text. */
export interface FeedText {
  readonly text: string;
  /** What it was read as, by its name in the Encoding Standard: `utf-8`. */
  readonly encoding: string;
  /** Whether some bytes were none of that encoding: each such place shows as U+FFFD. */
  readonly damaged: boolean;
  /**
   * Whether the encoding was guessed, since nothing says it: `likely` where one encoding is likely, `unclear` where what
   * is beyond ASCII may be anything.
   */
  readonly guessed: 'no' | 'likely' | 'unclear';
}

const MARKS = [
  { encoding: 'utf-32le', bytes: [0xff, 0xfe, 0x00, 0x00] },
  { encoding: 'utf-32be', bytes: [0x00, 0x00, 0xfe, 0xff] },
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
] as const;

// UTF-16 and UTF-32 without a mark, by its first character, which is `<` or `{` in every feed.
const WITHOUT_MARK = [
  { encoding: 'utf-32le', bytes: [0x3c, 0x00, 0x00, 0x00] },
  { encoding: 'utf-32be', bytes: [0x00, 0x00, 0x00, 0x3c] },
  { encoding: 'utf-16le', bytes: [0x3c, 0x00] },
  { encoding: 'utf-16le', bytes: [0x7b, 0x00] },
  { encoding: 'utf-16be', bytes: [0x00, 0x3c] },
  { encoding: 'utf-16be', bytes: [0x00, 0x7b] },
] as const;

const beginning = (bytes: Uint8Array, table: typeof MARKS | typeof WITHOUT_MARK): string | undefined =>
  table.find((entry) => entry.bytes.every((byte, i) => bytes[i] === byte))?.encoding;

/** What the XML declaration says; it is ASCII, or its encoding would have shown by the first bytes. */
const declaredInXml = (bytes: Uint8Array): string | undefined =>
  /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]{1,40})["']/i.exec(
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1_024)).toString('latin1'),
  )?.[1];

const declaredInHeader = (contentType: string | undefined): string | undefined =>
  /;\s*charset\s*=\s*"?([^\s";]{1,40})/i.exec(contentType ?? '')?.[1];

// Every byte sequence is text in these, so that decoding cannot tell whether a declaration is true.
const SINGLE_BYTE = /^(windows-|iso-8859-|koi8-|macintosh|x-mac-|ibm866)/;

/** The text, and U+FFFD where the bytes are none of the encoding. */
const decoded = (bytes: Uint8Array, { name, decoder }: KnownEncoding): string => {
  if (decoder === 'iconv-lite') return decodeBy(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), name);
  const text = new TextDecoder(name).decode(bytes);
  return name === 'windows-1252' ? withoutC1(text) : text;
};

const fits = (bytes: Uint8Array, encoding: KnownEncoding): boolean => {
  if (encoding.decoder === 'iconv-lite') return !decoded(bytes, encoding).includes('\ufffd');
  try {
    new TextDecoder(encoding.name, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 0x80);

const standard = (name: string): KnownEncoding => ({
  name,
  decoder: name.startsWith('utf-32') ? 'iconv-lite' : 'standard',
});

interface Choice {
  readonly encoding: KnownEncoding;
  readonly guessed: FeedText['guessed'];
  /** The text, where it is UTF-8 that had to be mended. */
  readonly repaired?: RepairedText;
}

/** What bytes are read as, where their beginning does not give it away. */
const choose = (bytes: Uint8Array, declared: readonly (string | undefined)[]): Choice => {
  // UTF-16 would have shown at the first bytes; whoever declares it here has transcoded the text and not the
  // declaration.
  const named = declared
    .map((label) => (label === undefined ? undefined : encodingLabel(label)))
    .filter((known): known is KnownEncoding => known !== undefined && !/^utf-?(?:16|32)|^ucs/.test(known.name));
  const known = (encoding: KnownEncoding): Choice => ({ encoding, guessed: 'no' });
  const utf8 = isUtf8(bytes);
  // Text of a single-byte encoding is UTF-8 as good as never by chance, so UTF-8 wins over such a declaration.
  for (const encoding of named) {
    const { name, decoder } = encoding;
    const single = decoder === 'iconv-lite' || SINGLE_BYTE.test(name);
    if (name === 'utf-8' ? utf8 : utf8 && single ? isAscii(bytes) : fits(bytes, encoding)) return known(encoding);
  }
  if (utf8) return known(standard('utf-8'));
  const repaired = repairUtf8(bytes);
  if (repaired.whole > 0 && repaired.whole >= repaired.broken) return { ...known(standard('utf-8')), repaired };
  const guess = guessLegacy(bytes, (name) => {
    const encoding = standard(name);
    return fits(bytes, encoding) ? decoded(bytes, encoding) : undefined;
  });
  return { encoding: standard(guess ?? 'windows-1252'), guessed: guess === undefined ? 'unclear' : 'likely' };
};

/**
 * Reads a feed's bytes as text: by its byte order mark, else by what the server says, what the XML declaration says,
 * and what the bytes can be.
 *
 * A declaration that the bytes contradict is not believed: bytes that are UTF-8 are read as such, whatever single-byte
 * encoding they are declared as, and bytes that are nearly so are mended. Where nothing that is declared fits, the encoding is guessed from the text. Never
 * fails; `damaged` says that something was lost, and `guessed` that what is beyond ASCII may be wrong.
 *
 * @param contentType the header as the server sent it
 */
export const decodeFeed = (bytes: Uint8Array, contentType: string | undefined): FeedText => {
  const begun = beginning(bytes, MARKS) ?? beginning(bytes, WITHOUT_MARK);
  const {
    encoding,
    guessed,
    repaired = begun === 'utf-8' && !isUtf8(bytes) ? repairUtf8(bytes) : undefined,
  }: Choice = begun === undefined
    ? choose(bytes, [declaredInHeader(contentType), declaredInXml(bytes)])
    : { encoding: standard(begun), guessed: 'no' };
  if (repaired !== undefined)
    return { text: repaired.text, encoding: encoding.name, damaged: repaired.broken > 0, guessed };
  return { text: decoded(bytes, encoding), encoding: encoding.name, damaged: !fits(bytes, encoding), guessed };
};
