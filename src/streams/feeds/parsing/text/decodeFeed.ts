import { isUtf8 } from 'node:buffer';
import { decode as decodeBy } from 'iconv-lite';
import { encodingLabel, type KnownEncoding } from '../../../bodies/encoding/encodingLabel.js';
import { guessLegacy } from './guessLegacy.js';
import { repairUtf8, type RepairedText } from './repairUtf8.js';
import { withoutC1 } from './windows1252.js';

/** The decoded text of a feed. */
export interface FeedText {
  readonly text: string;
  /** The encoding that was used, by its name in the Encoding Standard: `utf-8`. */
  readonly encoding: string;
  /** Whether some bytes are invalid in that encoding: each such place is U+FFFD in the text. */
  readonly damaged: boolean;
  /**
   * Whether the encoding was guessed because nothing declares it. `likely`: one encoding is likely. `unclear`: the
   * characters outside ASCII may be wrong.
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

// UTF-16 and UTF-32 without a byte order mark, by the first character, which is `<` or `{` in every feed.
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

/**
 * The encoding of the XML declaration. It can be read as ASCII, because UTF-16 and UTF-32 were recognized by the first
 * bytes.
 */
const declaredInXml = (bytes: Uint8Array): string | undefined =>
  /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]{1,40})["']/i.exec(
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1_024)).toString('latin1'),
  )?.[1];

const declaredInHeader = (contentType: string | undefined): string | undefined =>
  /;\s*charset\s*=\s*"?([^\s";]{1,40})/i.exec(contentType ?? '')?.[1];

// Every byte sequence is valid in these encodings, so decoding cannot check whether a declaration is true.
const SINGLE_BYTE = /^(windows-|iso-8859-|koi8-|macintosh|x-mac-|ibm866)/;

/** The decoded text, with U+FFFD for bytes that are invalid in the encoding. */
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
  /** The repaired text, if the bytes are damaged UTF-8. */
  readonly repaired?: RepairedText;
}

/** Chooses the encoding of bytes whose first bytes do not determine it. */
const choose = (bytes: Uint8Array, declared: readonly (string | undefined)[]): Choice => {
  // Real UTF-16 and UTF-32 were recognized by the first bytes. A feed that declares them here was transcoded without
  // changing the declaration.
  const named = declared
    .map((label) => (label === undefined ? undefined : encodingLabel(label)))
    .filter((known): known is KnownEncoding => known !== undefined && !/^utf-?(?:16|32)|^ucs/.test(known.name));
  const known = (encoding: KnownEncoding): Choice => ({ encoding, guessed: 'no' });
  const utf8 = isUtf8(bytes);
  // Text in a single-byte encoding is almost never valid UTF-8 by chance, so UTF-8 wins over such a declaration.
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
 * Decodes a feed's bytes: by the byte order mark, else by the header, the XML declaration, and the bytes themselves.
 *
 * A declaration that contradicts the bytes is ignored: valid UTF-8 is read as UTF-8, whatever single-byte encoding is
 * declared, and slightly damaged UTF-8 is repaired. If no declaration fits, the encoding is guessed from the text.
 * Never fails: `damaged` says that something was lost, and `guessed` that characters outside ASCII may be wrong.
 *
 * @param contentType the Content-Type header as the server sent it
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
