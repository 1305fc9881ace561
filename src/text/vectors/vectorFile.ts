import { checkOptions, checkTypes } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { TokenTable } from '../internal/TokenTable.js';
import { type VectorPrecision, type VectorsOrigin, WordVectors } from './WordVectors.js';

// The layout of a file of word vectors, in little-endian order:
//
//   byte 0    8 bytes     magic: "HWVEC", CR, LF, EOF
//        8    32 bytes    the SHA-256 of all bytes that follow
//       40    uint32      version of the layout
//       44    uint32      the size of a vector, E
//       48    uint32      the number of words, N
//       52    uint32      the bytes of a number: 1 for int8 with one scale per row, 4 for float32
//       56    uint32      the number of UTF-16 units of all words, U
//       60    uint32      the length of the origin's JSON in bytes, J
//       64    J bytes     the origin
//             N + 1 int32     the start of each word, and the end of the last one
//             N + 1 float32   the scales (only for int8)
//             U uint16        the words
//             (N + 1) × E     the vectors; the first is zeros
//
// Each part begins at a multiple of 8, with zeros in between.

const MAGIC = Uint8Array.of(0x48, 0x57, 0x56, 0x45, 0x43, 0x0d, 0x0a, 0x1a);
const HASH_AT = MAGIC.length;
const FIELDS_AT = HASH_AT + 32;

/** The size of the header at the start of the file, in bytes. */
export const HEADER_BYTES = 64;

const VERSION = 1;

/** The largest values that a file may declare, so that memory stays bounded; far above those of any published file. */
const MOST = { dims: 4096, words: 1 << 24, units: 1 << 29, origin: 1 << 16 };

const WHAT = 'a file of word vectors that headwater wrote';

const vectorsOrigin = t.readonly(t.type({ source: t.string, wordsRead: t.number, cut: t.boolean }));

/** The positions of the parts of a file. */
interface Layout {
  readonly dims: number;
  readonly words: number;
  readonly precision: VectorPrecision;
  readonly units: number;
  readonly originBytes: number;
  readonly startsAt: number;
  readonly scalesAt: number;
  readonly unitsAt: number;
  readonly rowsAt: number;
  /** The length of the whole file. */
  readonly bytes: number;
}

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;

const layoutOf = ({
  dims,
  words,
  precision,
  units,
  originBytes,
}: Pick<Layout, 'dims' | 'words' | 'precision' | 'units' | 'originBytes'>): Layout => {
  const startsAt = padded(HEADER_BYTES + originBytes);
  const scalesAt = padded(startsAt + 4 * (words + 1));
  const unitsAt = precision === 'int8' ? padded(scalesAt + 4 * (words + 1)) : scalesAt;
  const rowsAt = padded(unitsAt + 2 * units);
  const bytes = rowsAt + (words + 1) * dims * (precision === 'int8' ? 1 : 4);
  return { dims, words, precision, units, originBytes, startsAt, scalesAt, unitsAt, rowsAt, bytes };
};

/** The error for bytes that are not word vectors. */
export const vectorsError = (why: string, where: string | undefined, remedy: string): HeadwaterError =>
  new HeadwaterError('HW_VECTORS', `${where ?? 'This'} ${why}. ${remedy}`, where === undefined ? {} : { where });

const REMEDY = 'Make it again: headwater setup vectors, or headwater vectors convert.';

/**
 * Whether bytes begin like a file of word vectors that `saveVectors` wrote.
 *
 * @param bytes the file, or its beginning
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { isVectorFile } from 'headwater';
 * isVectorFile(new TextEncoder().encode('the 0.1 0.2')); // false: another format
 * ```
 */
export const isVectorFile = (bytes: Uint8Array): boolean => {
  checkArgument('isVectorFile', 'bytes', bytes, 'bytes, as a Uint8Array', ['byteLength']);
  return bytes.length >= MAGIC.length && MAGIC.every((byte, at) => bytes[at] === byte);
};

/**
 * Reads the length of the whole file, in bytes, from its header.
 *
 * @param header at least the first `HEADER_BYTES` bytes
 * @param where the path or address of the file, for the error message
 * @returns Left `HW_VECTORS` where it is not a header, or has another version
 */
export const announcedBytes = (header: Uint8Array, where?: string): E.Either<HeadwaterError, number> =>
  E.Functor.map(readHeader(header, where), ({ bytes }) => bytes);

const readHeader = (bytes: Uint8Array, where: string | undefined): E.Either<HeadwaterError, Layout> => {
  const bad = (why: string): E.Either<HeadwaterError, never> => E.left(vectorsError(why, where, REMEDY));
  if (bytes.length < HEADER_BYTES || !isVectorFile(bytes)) return bad(`is not ${WHAT}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const field = (index: number): number => view.getUint32(FIELDS_AT + 4 * index, true);
  const version = field(0);
  if (version !== VERSION)
    return bad(`is a file of word vectors of version ${version}, and this headwater reads version ${VERSION}`);
  const [dims, words, width, units, originBytes] = [field(1), field(2), field(3), field(4), field(5)];
  if (dims < 1 || dims > MOST.dims) return bad(`is damaged: it claims vectors of ${dims} numbers`);
  if (words < 1 || words > MOST.words) return bad(`is damaged: it claims ${words} words`);
  if (width !== 1 && width !== 4) return bad(`is damaged: it claims numbers of ${width} bytes`);
  if (units > MOST.units) return bad(`is damaged: it claims words of ${units} letters in all`);
  if (originBytes > MOST.origin) return bad(`is damaged: it claims an origin of ${originBytes} bytes`);
  return E.right(layoutOf({ dims, words, precision: width === 1 ? 'int8' : 'float32', units, originBytes }));
};

const readOrigin = (bytes: Uint8Array): VectorsOrigin | undefined => {
  try {
    const decoded = vectorsOrigin.decode(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return E.isRight(decoded) ? decoded.right : undefined;
  } catch {
    return undefined;
  }
};

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const rise = (starts: Int32Array, end: number): boolean => {
  if (starts[0] !== 0) return false;
  for (let at = 1; at < starts.length; at++) if (starts[at]! <= starts[at - 1]!) return false;
  return starts.at(-1) === end;
};

const areFinite = (values: Float32Array | Int8Array): boolean => {
  if (values instanceof Int8Array) return true;
  for (let at = 0; at < values.length; at++) if (!Number.isFinite(values[at])) return false;
  return true;
};

/** The options of `parseVectorFile`. */
export interface ParseVectorsOptions {
  /** The path or address of the file, for error messages. Default: errors name no file. */
  readonly where?: string | undefined;
  /**
   * The SHA-256 of the bytes from the 40th on, in hexadecimal, computed by the caller. Default: the hash is not
   * checked.
   */
  readonly sha256?: string | undefined;
}

/**
 * Reads word vectors from the bytes of a file that `vectorFileParts` made. A browser can pass an `ArrayBuffer`.
 *
 * The vectors share memory with the bytes, which must not be changed. All parts are checked before use: sizes against
 * the length, that words occur only once, and that numbers are finite.
 *
 * @returns Left `HW_VECTORS` where the bytes are not word vectors, are damaged or incomplete, or have another hash
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { parseVectorFile } from 'headwater';
 * const vectors = parseVectorFile(new TextEncoder().encode('ferry 1 -0.5'), { where: 'news.vec' });
 * if (vectors._tag === 'Left') console.log(vectors.left.message); // news.vec is not a file of word vectors …
 * ```
 */
export const parseVectorFile = (
  given: ArrayBuffer | Uint8Array,
  options: ParseVectorsOptions = {},
): E.Either<HeadwaterError, WordVectors> => {
  checkOptions('parseVectorFile', options, "bytes, { where: 'news.vec' }");
  const { where, sha256 } = options;
  checkTypes('parseVectorFile', { where, sha256 }, { where: 'string', sha256: 'string' });
  const bytes = given instanceof Uint8Array ? given : new Uint8Array(given);
  const header = readHeader(bytes, where);
  if (E.isLeft(header)) return header;
  const layout = header.right;
  const bad = (why: string): E.Either<HeadwaterError, never> => E.left(vectorsError(why, where, REMEDY));
  if (bytes.length !== layout.bytes)
    return bad(
      `is ${bytes.length < layout.bytes ? 'cut short' : 'too long'}: ` +
        `it has ${bytes.length} bytes instead of ${layout.bytes}`,
    );
  const recorded = hex(bytes.subarray(HASH_AT, FIELDS_AT));
  if (sha256 !== undefined && sha256 !== recorded) return bad('is damaged: its bytes have another hash than it says');

  const origin = readOrigin(bytes.subarray(HEADER_BYTES, HEADER_BYTES + layout.originBytes));
  if (origin === undefined) return bad('is damaged: it does not say what it was made of');
  // The typed arrays below must be aligned in memory.
  const { buffer, byteOffset } = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const count = layout.words + 1;
  const starts = new Int32Array(buffer, byteOffset + layout.startsAt, count);
  const units = new Uint16Array(buffer, byteOffset + layout.unitsAt, layout.units);
  if (!rise(starts, layout.units)) return bad('is damaged: its words do not follow one another');
  const scales =
    layout.precision === 'int8' ? new Float32Array(buffer, byteOffset + layout.scalesAt, count) : undefined;
  const numbers = count * layout.dims;
  const rows =
    scales === undefined
      ? new Float32Array(buffer, byteOffset + layout.rowsAt, numbers)
      : new Int8Array(buffer, byteOffset + layout.rowsAt, numbers);
  if (!areFinite(scales ?? rows)) return bad('is damaged: it has numbers that are not finite');
  if (rows.subarray(0, layout.dims).some((value) => value !== 0)) return bad('is damaged: its first row is not zeros');
  const words = TokenTable.of(units, starts);
  if (words === 'repeated') return bad('is damaged: a word occurs twice');
  if (words === 'colliding') return bad('cannot be looked up in: too many of its words have the same hash');
  return E.right(new WordVectors({ dims: layout.dims, words, rows, scales, origin, sha256: recorded }));
};

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A file of word vectors, in consecutive parts. */
export interface VectorFile {
  readonly parts: readonly Uint8Array[];
  /** The total length in bytes. */
  readonly bytes: number;
  /** Their hash, in hexadecimal. */
  readonly sha256: string;
}

/**
 * Makes the bytes of a file of word vectors, for `parseVectorFile`. The parts share memory with the vectors.
 *
 * @param hashOf computes the SHA-256 of consecutive parts, in hexadecimal
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { createHash } from 'node:crypto';
 * import { from, lastValueFrom } from 'rxjs';
 * import { collectVectors, vectorFileParts } from 'headwater';
 * const words = [{ word: 'ferry', values: Float32Array.of(1, -0.5) }];
 * const vectors = await lastValueFrom(from(words).pipe(collectVectors()));
 * const { parts, bytes } = vectorFileParts(vectors, (all) => {
 *   const hash = createHash('sha256');
 *   for (const part of all) hash.update(part);
 *   return hash.digest('hex');
 * });
 * parts.reduce((sum, part) => sum + part.length, 0) === bytes; // true
 * ```
 */
export const vectorFileParts = (vectors: WordVectors, hashOf: (parts: readonly Uint8Array[]) => string): VectorFile => {
  checkArgument('vectorFileParts', 'vectors', vectors, 'word vectors, such as loadVectors() emits', ['dims']);

  const { dims, size: words, precision, rows, scales, origin, text } = vectors;
  const json = new TextEncoder().encode(JSON.stringify(origin));
  const layout = layoutOf({ dims, words, precision, units: text.units.length, originBytes: json.length });
  const header = new Uint8Array(HEADER_BYTES);
  header.set(MAGIC);
  const view = new DataView(header.buffer);
  [VERSION, dims, words, precision === 'int8' ? 1 : 4, text.units.length, json.length].forEach((field, index) =>
    view.setUint32(FIELDS_AT + 4 * index, field, true),
  );

  const parts: Uint8Array[] = [header];
  let at = HEADER_BYTES;
  const put = (where: number, part: Uint8Array): void => {
    if (where > at) parts.push(new Uint8Array(where - at));
    parts.push(part);
    at = where + part.length;
  };
  put(HEADER_BYTES, json);
  put(layout.startsAt, bytesOf(text.starts));
  if (scales !== undefined) put(layout.scalesAt, bytesOf(scales));
  put(layout.unitsAt, bytesOf(text.units));
  put(layout.rowsAt, bytesOf(rows));

  const sha256 = hashOf([header.subarray(FIELDS_AT), ...parts.slice(1)]);
  for (let byte = 0; byte < 32; byte++) header[HASH_AT + byte] = parseInt(sha256.slice(2 * byte, 2 * byte + 2), 16);
  return { parts, bytes: layout.bytes, sha256 };
};
