import { utf16Of } from './encoding/guessEncoding.js';

const SIGNATURES: readonly (readonly [bytes: string, at: number, what: string, remedy: string])[] = [
  ['504b0304', 0, 'a zip archive', 'Unpack it, and give the table that is in it'],
  ['504b0506', 0, 'an empty zip archive', 'Give a table'],
  ['fd377a585a00', 0, 'compressed by xz', 'Unpack it (xz -dk FILE), or compress it by gzip'],
  ['28b52ffd', 0, 'compressed by Zstandard', 'Unpack it (zstd -dk FILE), or compress it by gzip'],
  ['425a68', 0, 'compressed by bzip2', 'Unpack it (bzip2 -dk FILE), or compress it by gzip'],
  ['377abcaf271c', 0, 'a 7z archive', 'Unpack it, and give the table that is in it'],
  ['526172211a07', 0, 'a RAR archive', 'Unpack it, and give the table that is in it'],
  ['04224d18', 0, 'compressed by LZ4', 'Unpack it, or compress it by gzip'],
  ['d0cf11e0a1b11ae1', 0, 'an old workbook of Excel (.xls)', 'Save the sheet as CSV UTF-8 in the spreadsheet'],
  ['255044462d', 0, 'a PDF document', 'Export the table as CSV'],
  ['53514c69746520666f726d61742033', 0, 'an SQLite database', 'Export the table as CSV (sqlite3 -csv -header)'],
  ['4152524f5731', 0, 'an Arrow file', 'Save it as CSV, JSON lines or Parquet'],
  ['7573746172', 257, 'a tar archive', 'Unpack it (tar -xf FILE), and give the table that is in it'],
];

/** The names of the first entries in an Excel workbook. */
const WORKBOOK = /^(\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/)/;

const at = (bytes: Buffer, hex: string, offset: number): boolean =>
  bytes.subarray(offset, offset + hex.length / 2).toString('hex') === hex;

const inArchive = (bytes: Buffer): string =>
  bytes.toString('latin1', 30, 30 + (bytes.length > 30 ? bytes.readUInt16LE(26) : 0));

/** Whether bytes begin a zip archive that is not a workbook. */
export const isZip = (bytes: Buffer): boolean => at(bytes, '504b0304', 0) && !WORKBOOK.test(inArchive(bytes));

/** A line with which dumps of databases begin, and the remarks before it. */
const SQL =
  /^(create table |drop table if exists|insert into \S+ ?(\(|values)|pragma \w+ ?=|begin transaction;|set \w+ ?=)/i;
const SQL_REMARK = /^(--|\/\*)/;

/** The largest share of control characters in a text. */
const MOST_CONTROLS = 0.05;

/**
 * Whether bytes are not text in any encoding because too many of them are control characters. Tab, line breaks and
 * escape do not count.
 */
const isBinary = (bytes: Buffer): boolean => {
  if (utf16Of(bytes) !== undefined) return false;
  const sample = bytes.subarray(0, 4096);
  const controls = sample.reduce(
    (sum, byte) => sum + (byte < 0x20 && !(byte >= 0x09 && byte <= 0x0d) && byte !== 0x1b ? 1 : 0),
    0,
  );
  return controls > MOST_CONTROLS * sample.length;
};

/**
 * Detects bytes that are not a table, and returns their format and the remedy in words; undefined if they may be a
 * table.
 *
 * @param head the first bytes, at least a few hundred of them
 */
export const foreignFormat = (head: Uint8Array): { readonly what: string; readonly remedy: string } | undefined => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (at(bytes, '504b0304', 0) && WORKBOOK.test(inArchive(bytes)))
    return { what: 'a workbook of Excel (.xlsx)', remedy: 'Save the sheet as CSV UTF-8 in the spreadsheet' };
  if (at(bytes, 'fffe0000', 0) || at(bytes, '0000feff', 0))
    return { what: 'UTF-32 text', remedy: 'Save it as UTF-8 (iconv -f UTF-32 -t UTF-8 FILE)' };
  const known = SIGNATURES.find(([hex, offset]) => at(bytes, hex, offset));
  if (known !== undefined) return { what: known[2], remedy: known[3] };
  const text = bytes
    .toString('latin1', 0, 512)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (/^(<!doctype html|<html)/i.test(text))
    return {
      what: 'a page of HTML',
      remedy: 'Check the address: it may ask for a login, or need another link to the file itself',
    };
  if (/^<\?xml/i.test(text)) return { what: 'an XML document', remedy: 'Export the table as CSV' };
  if (/^<(table|div|body)\b/i.test(text)) return { what: 'a piece of HTML', remedy: 'Export the table as CSV' };
  if (/^(---\s+|#.*\n)*(version: .*\n\s*)?nlu:\s/.test(text))
    return { what: 'YAML of Rasa', remedy: 'Export its examples as CSV or JSON lines, an example a row' };
  if (/^(\s|<!--((?!-->).)*-->|#.*\n)*## intent:/.test(text))
    return { what: 'Markdown of Rasa', remedy: 'Export its examples as CSV or JSON lines, an example a row' };
  if (SQL.test(text.split(/\r?\n/).find((line) => line.trim() !== '' && !SQL_REMARK.test(line)) ?? ''))
    return { what: 'a dump of SQL', remedy: 'Export the table as CSV from a database' };
  if (/^\[\s?\(\s?['"]/.test(text))
    return { what: 'a list of Python', remedy: 'Write it as JSON lines (json.dumps of each row)' };
  if (text.startsWith('version https://git-lfs'))
    return { what: 'a pointer of Git LFS and not the file', remedy: 'Fetch the file itself (git lfs pull)' };
  if (isBinary(bytes)) return { what: 'binary data', remedy: 'Check the file, and export the table as CSV' };
  return undefined;
};
