// The file format of Hugging Face's safetensors 0.4: 8 bytes header length (unsigned, little-endian), a JSON header
// padded with spaces to a multiple of 8, then the tensors' values, little-endian and row-major, without gaps.
// https://github.com/huggingface/safetensors#format
import { checkArgument } from '../../contracts/checkArgument.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict, Weight } from '../../contracts/models/StateDict.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { ownRecord } from '../internal/ownRecord.js';
import { artifactError, parseArtifact, readArtifact } from '../../text/artifacts/readArtifact.js';
import { guarded, wholeNumber } from '../internal/guarded.js';
import { halfToNumber } from './internal/halfToNumber.js';

const WHAT = 'safetensors file';
const PREFIX = 8;
const ALIGNMENT = 8;

/** The header of a classifier takes about one kilobyte; the reference implementation allows 100 MB. */
const LONGEST_HEADER = 2 ** 20;

/** Whether values have the same byte order in memory as in a file, so that they can be copied as bytes. */
const IS_LITTLE_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

interface Dtype {
  readonly bytes: number;
  readonly read: (values: DataView, at: number) => number;
}

/** The dtypes that are converted to float32. Values beyond the range of float32 become infinite, others lose digits. */
const DTYPES: ReadonlyMap<string, Dtype> = new Map<string, Dtype>([
  ['BOOL', { bytes: 1, read: (values, at) => (values.getUint8(at) === 0 ? 0 : 1) }],
  ['U8', { bytes: 1, read: (values, at) => values.getUint8(at) }],
  ['I8', { bytes: 1, read: (values, at) => values.getInt8(at) }],
  ['F8_E5M2', { bytes: 1, read: (values, at) => halfToNumber(values.getUint8(at) << 8) }],
  ['F8_E4M3', { bytes: 1, read: (values, at) => float8(values.getUint8(at)) }],
  ['I16', { bytes: 2, read: (values, at) => values.getInt16(at, true) }],
  ['U16', { bytes: 2, read: (values, at) => values.getUint16(at, true) }],
  ['I32', { bytes: 4, read: (values, at) => values.getInt32(at, true) }],
  ['U32', { bytes: 4, read: (values, at) => values.getUint32(at, true) }],
  ['I64', { bytes: 8, read: (values, at) => Number(values.getBigInt64(at, true)) }],
  ['U64', { bytes: 8, read: (values, at) => Number(values.getBigUint64(at, true)) }],
  ['F64', { bytes: 8, read: (values, at) => values.getFloat64(at, true) }],
  ['F32', { bytes: 4, read: (values, at) => values.getFloat32(at, true) }],
  ['F16', { bytes: 2, read: (values, at) => halfToNumber(values.getUint16(at, true)) }],
  ['BF16', { bytes: 2, read: (values, at) => bfloat16(values.getUint16(at, true)) }],
]);

const word = new DataView(new ArrayBuffer(4));

/** A bfloat16 is the upper half of a float32. */
const bfloat16 = (bits: number): number => {
  word.setUint16(0, bits);
  return word.getFloat32(0);
};

/** An 8-bit float with four bits of exponent and three bits of fraction, without infinity (arXiv 2209.05433). */
const float8 = (bits: number): number => {
  const sign = bits >>> 7 === 0 ? 1 : -1;
  const exponent = (bits >>> 3) & 15;
  const fraction = bits & 7;
  if (exponent === 15 && fraction === 7) return NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -9 : (1 + fraction / 8) * 2 ** (exponent - 7));
};

const place = wholeNumber(0);

/** Not t.tuple, which silently cuts off further elements. */
const offsetsCodec = guarded(
  'two whole numbers of at least 0',
  (value): value is readonly [number, number] => Array.isArray(value) && value.length === 2 && value.every(place.is),
);

const entryCodec = t.strict({
  dtype: t.string,
  shape: t.array(place),
  data_offsets: offsetsCodec,
});

const headerCodec = t.UnknownRecord;
const metadataCodec = ownRecord(t.string);

/** The content of a safetensors file. */
export interface Safetensors {
  /** The weights in the order of their positions in the file. */
  readonly weights: StateDict;
  /** The file's metadata. */
  readonly metadata: ReadonlyMap<string, string>;
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** A name from the file, quoted for a message. */
const quoted = (name: string): string => JSON.stringify(excerpt(name));

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1);

/** Splits a file into its header's JSON and its values, or says why the header is invalid. */
const splitFile = (
  bytes: Uint8Array,
  where: string | undefined,
): E.Either<HeadwaterError, { readonly json: string; readonly values: Uint8Array }> => {
  const bad = (why: string, cause?: unknown) => E.left(artifactError(WHAT, why, where, cause));
  if (bytes.length < PREFIX) return bad(`it has ${bytes.length} bytes, and its header's length alone takes ${PREFIX}`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, PREFIX).getBigUint64(0, true);
  if (length > LONGEST_HEADER)
    return bad(`its header should be ${length} bytes long, more than the ${LONGEST_HEADER} allowed`);
  const end = PREFIX + Number(length);
  if (end > bytes.length) return bad(`its header should be ${length} bytes long, but ${bytes.length - PREFIX} follow`);
  try {
    return E.right({
      json: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(PREFIX, end)),
      values: bytes.subarray(end),
    });
  } catch (cause) {
    return bad('its header is not UTF-8', cause);
  }
};

/**
 * The tensors of a header, in the order of their positions. They must fill `length` bytes without a gap.
 */
const readEntries = (
  header: Readonly<Record<string, unknown>>,
  length: number,
  where: string | undefined,
): E.Either<HeadwaterError, readonly Entry[]> => {
  const bad = (why: string) => E.left(artifactError(WHAT, why, where));
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const entry = readArtifact(entryCodec, `${WHAT} with a tensor ${quoted(name)}`, value, where);
    if (E.isLeft(entry)) return entry;
    const { dtype, shape, data_offsets: offsets } = entry.right;
    entries.push({ name, dtype, shape, begin: offsets[0], end: offsets[1] });
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  for (const { name, dtype, shape, begin, end } of entries) {
    const bytes = DTYPES.get(dtype)?.bytes;
    if (bytes === undefined)
      return E.left(
        new HeadwaterError(
          'HW_ARTIFACT',
          `${where ?? 'The safetensors file'} has a tensor ${quoted(name)} of the dtype ${quoted(dtype)}, ` +
            `which cannot be read here; ${[...DTYPES.keys()].join(', ')} can. Save its weights as F32.`,
          where === undefined ? {} : { where },
        ),
      );
    if (begin !== filled)
      return bad(`${quoted(name)} begins at byte ${begin} of the values, but the tensors before it end at ${filled}`);
    if (end > length) return bad(`${quoted(name)} ends at byte ${end} of the values, but the file has ${length}`);
    if (end - begin !== sizeOf(shape) * bytes)
      return bad(
        `${quoted(name)} of shape [${shape.slice(0, 8).join(', ')}] and dtype ${dtype} ` +
          `should take ${sizeOf(shape) * bytes} bytes, but takes ${end - begin}`,
      );
    filled = end;
  }
  return filled === length
    ? E.right(entries)
    : bad(`its tensors end at byte ${filled} of the values, but the file has ${length}`);
};

const readValues = (values: Uint8Array, { dtype, shape, begin }: Entry): Weight => {
  const { bytes, read } = DTYPES.get(dtype) ?? { bytes: 0, read: () => NaN };
  const data = new Float32Array(sizeOf(shape));
  if (dtype === 'F32' && IS_LITTLE_ENDIAN) {
    // Copied as bytes, because the values of a file may be unaligned for a Float32Array.
    new Uint8Array(data.buffer).set(values.subarray(begin, begin + data.byteLength));
    return { shape, data };
  }
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  for (let i = 0, at = begin; i < data.length; i++, at += bytes) data[i] = read(view, at);
  return { shape, data };
};

/**
 * Reads weights from the bytes of a safetensors file. The file is not trusted: everything in it is checked.
 *
 * F32 is read unchanged; other floating-point numbers, whole numbers and booleans become float32. Uses memory for one
 * more copy of the weights: 4 bytes per value.
 *
 * @param bytes the file
 * @param where its path, for the error message
 * @returns left with `HW_ARTIFACT` where the header is damaged, or the tensors do not fill the file exactly and without
 * overlap
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from 'headwater';
 * const bytes = encodeSafetensors(new Map([['bias', { shape: [2], data: Float32Array.of(1, 2) }]]));
 * const read = decodeSafetensors(bytes);
 * if (read._tag === 'Right') read.right.weights.get('bias'); // { shape: [2], data: Float32Array [1, 2] }
 * ```
 */
export const decodeSafetensors = (bytes: Uint8Array, where?: string): E.Either<HeadwaterError, Safetensors> => {
  checkArgument('decodeSafetensors', 'bytes', bytes, 'bytes, as a Uint8Array', ['byteLength']);
  return pipe(
    E.Do,
    E.bind('file', () => splitFile(bytes, where)),
    E.bind('header', ({ file }) =>
      pipe(
        parseArtifact(file.json, WHAT, where),
        E.flatMap((value) => readArtifact(headerCodec, WHAT, value, where)),
      ),
    ),
    E.bind('metadata', ({ header }) =>
      readArtifact(
        metadataCodec,
        `${WHAT} with "__metadata__"`,
        // Some writers have null where there is no metadata.
        (Object.hasOwn(header, '__metadata__') ? header['__metadata__'] : undefined) ?? {},
        where,
      ),
    ),
    E.bind('entries', ({ file, header }) => readEntries(header, file.values.length, where)),
    E.map(({ file, metadata, entries }) => ({
      weights: new Map(entries.map((entry) => [entry.name, readValues(file.values, entry)])),
      metadata: new Map(Object.entries(metadata)),
    })),
  );
};

/**
 * Writes weights as the bytes of a safetensors file: F32, in the given order.
 *
 * @param weights by name; `decodeSafetensors` and PyTorch's `safetensors.torch.load_file` read them
 * @param metadata the file's metadata; default `format: pt`, as in PyTorch's files
 * @returns the file; equal weights give equal bytes
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from 'headwater';
 *
 * const file = encodeSafetensors(new Map([['bias', { shape: [2], data: new Float32Array([1, 2]) }]]));
 * const decoded = decodeSafetensors(file);
 * if (decoded._tag === 'Right') console.log(decoded.right.weights.get('bias')); // the same shape and values
 * ```
 */
export const encodeSafetensors = (
  weights: StateDict,
  metadata: ReadonlyMap<string, string> = new Map([['format', 'pt']]),
): Uint8Array => {
  checkArgument('encodeSafetensors', 'weights', weights, 'weights, such as stateDict() gives', [Symbol.iterator]);

  // The JSON is written by hand, because a JavaScript object would put numeric names first.
  const fields = Array.from(metadata, ([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`);
  const members = [`"__metadata__":{${fields.join(',')}}`];
  let end = 0;
  for (const [name, { shape, data }] of weights) {
    const begin = end;
    end += data.length * 4;
    members.push(
      `${JSON.stringify(name)}:{"dtype":"F32","shape":[${shape.join(',')}],"data_offsets":[${begin},${end}]}`,
    );
  }
  const header = new TextEncoder().encode(`{${members.join(',')}}`);
  const start = PREFIX + Math.ceil(header.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(start + end).fill(0x20, PREFIX, start);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(start - PREFIX), true);
  bytes.set(header, PREFIX);
  let at = start;
  for (const { data } of weights.values()) {
    if (IS_LITTLE_ENDIAN) {
      bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
      at += data.byteLength;
    } else for (let i = 0; i < data.length; i++, at += 4) view.setFloat32(at, data[i]!, true);
  }
  return bytes;
};
