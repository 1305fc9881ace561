import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { CHUNK_BYTES } from '../bytes/ByteWindow.js';
import { peekByte } from '../bytes/peekByte.js';

const options = { chunkSize: CHUNK_BYTES };

// The first byte of a gzip file. It is a control character (US), so no table begins with it.
const GZIP = 0x1f;

/**
 * What undoes one encoding.
 *
 * @param first the first encoded byte
 */
const decoder = (encoding: string, first: number, name: string): Transform => {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip(options);
    case 'br':
      return createBrotliDecompress(options);
    case 'deflate':
      // The standard means the zlib format, and some servers send raw deflate; zlib's low four bits are 8, which no raw
      // block starts with.
      return (first & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options);
    default:
      throw new HeadwaterError(
        'HW_ENCODING',
        `${name} is encoded by ${JSON.stringify(encoding)}, which is not one of gzip, deflate and br. Ask the server for another.`,
        { where: name },
      );
  }
};

const through = (body: Readable, transform: Transform): Readable => {
  // The error, if any, reaches whoever reads the last stream; pipeline sees to it that no stream of the chain is left
  // open.
  pipeline(body, transform, () => undefined);
  transform.on('error', () => undefined);
  return transform;
};

/**
 * Undoes a body's encodings, and then, whatever it was sent as, gzip: a file may be called `.gz`, and a server may send
 * such a file as it is.
 *
 * @param encodings in the order in which they were applied
 * @throws HeadwaterError `HW_ENCODING` for one that is unknown
 */
export const decodeContent = async (body: Readable, encodings: readonly string[], name: string): Promise<Readable> => {
  let decoded = body;
  for (const encoding of encodings.toReversed()) {
    const first = await peekByte(decoded);
    // Some servers say gzip of what they send as it is.
    if (first !== undefined && first !== GZIP && /^(?:x-)?gzip$/.test(encoding)) continue;
    const transform = decoder(encoding, first ?? 0, name);
    // An empty body has nothing to decode, and would be taken for a truncated one.
    if (first !== undefined) decoded = through(decoded, transform);
  }
  return (await peekByte(decoded)) === GZIP ? through(decoded, createGunzip(options)) : decoded;
};

/** Whether an error came from a decoder: the body is damaged, or ends too early. */
export const isDecodingError = (error: unknown): error is Error =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  /^(Z_|ERR__|ERR_BROTLI|ERR_ZLIB)/.test(error.code);
