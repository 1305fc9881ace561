import { utfOf } from './encoding/guessEncoding.js';
import { type Foreign, foreignText } from './foreignText.js';

const PANDAS = 'Save the table as CSV (DataFrame.to_csv)';
const IMAGE = 'Give a table of texts';

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
  ['ffffffff', 0, 'an Arrow stream', 'Save it as CSV, JSON lines or Parquet'],
  ['46454131', 0, 'a Feather file', 'Save it as CSV, JSON lines or Parquet'],
  ['50415231', 0, 'a Parquet file within another file', 'Unpack it, and give the Parquet file'],
  ['4f626a01', 0, 'an Avro file', 'Save it as CSV, JSON lines or Parquet'],
  ['4f5243', 0, 'an ORC file', 'Save it as CSV, JSON lines or Parquet'],
  ['894844460d0a1a0a', 0, 'an HDF5 file', PANDAS],
  ['934e554d5059', 0, 'an array of NumPy', PANDAS],
  ['8002', 0, 'a pickle of Python', PANDAS],
  ['8003', 0, 'a pickle of Python', PANDAS],
  ['8004', 0, 'a pickle of Python', PANDAS],
  ['8005', 0, 'a pickle of Python', PANDAS],
  ['580a000000', 0, 'data of R (.rds)', 'Save the table as CSV (write.csv)'],
  ['524458', 0, 'data of R (.RData)', 'Save the table as CSV (write.csv)'],
  ['24464c32', 0, 'data of SPSS', 'Save it as CSV'],
  ['3c73746174615f6474613e', 0, 'data of Stata', 'Save it as CSV (export delimited)'],
  ['c2ea8160b31411cfbd92080009c7318c181f1011', 12, 'data of SAS', 'Save it as CSV (proc export)'],
  ['89504e47', 0, 'an image (PNG)', IMAGE],
  ['ffd8ff', 0, 'an image (JPEG)', IMAGE],
  ['47494638', 0, 'an image (GIF)', IMAGE],
  ['7573746172', 257, 'a tar archive', 'Unpack it (tar -xf FILE), and give the table that is in it'],
];

const at = (bytes: Buffer, hex: string, offset: number): boolean =>
  bytes.subarray(offset, offset + hex.length / 2).toString('hex') === hex;

/** Whether bytes begin a zip archive. Workbooks and other documents are such archives too. */
export const isZip = (bytes: Buffer): boolean => at(bytes, '504b0304', 0);

/** How many characters of a text are examined. */
const LOOKED_AT = 2048;

/** The largest share of control characters in a text. */
const MOST_CONTROLS = 0.05;

/**
 * Whether bytes are not text in any encoding because too many of them are control characters. Tab, line breaks and
 * escape do not count.
 */
const isBinary = (bytes: Buffer): boolean => {
  if (utfOf(bytes) !== undefined) return false;
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
export const foreignFormat = (head: Uint8Array): Foreign | undefined => {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  const isWord = (hex: string): boolean => /^[ -~]{1,4}$/.test(Buffer.from(hex, 'hex').toString('latin1'));
  // A few letters may also begin a text.
  const known = SIGNATURES.find(([hex, offset]) => at(bytes, hex, offset) && (!isWord(hex) || isBinary(bytes)));
  if (known !== undefined) return { what: known[2], remedy: known[3] };
  const text = bytes
    .toString('latin1', 0, LOOKED_AT)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  const foreign = foreignText(text);
  if (foreign !== undefined) return foreign;
  if (isBinary(bytes)) return { what: 'binary data', remedy: 'Check the file, and export the table as CSV' };
  return undefined;
};
