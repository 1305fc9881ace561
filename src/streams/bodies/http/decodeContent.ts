import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { codeOf } from '../../../contracts/codeOf.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { CHUNK_BYTES } from '../bytes/ByteWindow.js';
import { peekByte } from '../bytes/peekByte.js';

const options = { chunkSize: CHUNK_BYTES };

// The first byte of a gzip file. It is a control character (US), and no table begins with it.
const GZIP = 0x1f;

/**
 * The decoder of one content encoding.
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
      // The standard means the zlib format, but some servers send raw deflate. The low four bits of the first byte of
      // zlib are 8, and no raw block starts with them.
      return (first & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options);
    default:
      throw new HeadwaterError(
        'HW_ENCODING',
        `${name} is encoded by ${JSON.stringify(encoding)}, which is not ` +
          'one of gzip, deflate and br. Ask the server for another.',
        { where: name },
      );
  }
};

const through = (body: Readable, transform: Transform): Readable => {
  // An error is reported to the reader of the last stream. `pipeline` closes all streams of the chain.
  pipeline(body, transform, () => undefined);
  transform.on('error', () => undefined);
  return transform;
};

/**
 * Decodes the content encodings of a body. After that, it decodes gzip if the bytes are still gzip: a server may send a
 * `.gz` file without declaring an encoding.
 *
 * @param encodings in the order in which they were applied
 * @throws HeadwaterError `HW_ENCODING` for an unknown encoding
 */
export const decodeContent = async (body: Readable, encodings: readonly string[], name: string): Promise<Readable> => {
  let decoded = body;
  for (const encoding of encodings.toReversed()) {
    const first = await peekByte(decoded);
    // Some servers declare gzip and send the body uncompressed.
    if (first !== undefined && first !== GZIP && /^(?:x-)?gzip$/.test(encoding)) continue;
    const transform = decoder(encoding, first ?? 0, name);
    // An empty body is not decoded: the decoder would report it as truncated.
    if (first !== undefined) decoded = through(decoded, transform);
  }
  return (await peekByte(decoded)) === GZIP ? through(decoded, createGunzip(options)) : decoded;
};

/** Whether an error comes from a decoder: the body is damaged or ends too early. */
export const isDecodingError = (error: unknown): error is Error =>
  error instanceof Error && /^(Z_|ERR__|ERR_BROTLI|ERR_ZLIB)/.test(String(codeOf(error)));
