import { pipeline, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createInflate, createInflateRaw } from 'node:zlib';
import { codeOf } from '../../../contracts/codeOf.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { CHUNK_BYTES } from '../bytes/ByteWindow.js';
import { peekByte } from '../bytes/peekByte.js';
import { readable } from '../bytes/readable.js';
import { gunzip } from './gunzip.js';

const options = { chunkSize: CHUNK_BYTES };

// The first byte of a gzip file. It is a control character (US), and no table begins with it.
const GZIP = 0x1f;

const through =
  (create: () => Transform) =>
  (body: Readable): Readable => {
    const transform = create();
    // An error is reported to the reader of the last stream. `pipeline` closes all streams of the chain.
    pipeline(body, transform, () => undefined);
    transform.on('error', () => undefined);
    return transform;
  };

/** Receives the number of bytes after the end of a compressed body, in parts. They are ignored. */
export type Surplus = (bytes: number) => void;

const gunzipped = (body: Readable, surplus: Surplus): Readable => {
  const text = readable(gunzip(body as AsyncIterable<Buffer>, surplus));
  // The generator does not see that its reader has left while it waits for the body. Node reports a body that is left
  // early by an 'error' event.
  body.on('error', () => undefined);
  text.once('close', () => body.destroy());
  return text;
};

/**
 * The decoder of one content encoding.
 *
 * @param first the first encoded byte
 */
const decoder = (encoding: string, first: number, name: string): ((body: Readable, surplus: Surplus) => Readable) => {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return gunzipped;
    case 'br':
      return through(() => createBrotliDecompress(options));
    case 'deflate':
      // The standard means the zlib format, but some servers send raw deflate. The low four bits of the first byte of
      // zlib are 8, and no raw block starts with them.
      return through(() => ((first & 0x0f) === 8 ? createInflate(options) : createInflateRaw(options)));
    default:
      throw new HeadwaterError(
        'HW_ENCODING',
        `${name} is encoded by ${JSON.stringify(encoding)}, which is not ` +
          'one of gzip, deflate and br. Ask the server for another.',
        { where: name },
      );
  }
};

/**
 * Decodes the content encodings of a body. After that, it decodes gzip if the bytes are still gzip: a server may send a
 * `.gz` file without declaring an encoding.
 *
 * @param encodings in the order in which they were applied
 * @throws HeadwaterError `HW_ENCODING` for an unknown encoding
 */
export const decodeContent = async (
  body: Readable,
  encodings: readonly string[],
  name: string,
  surplus: Surplus = () => undefined,
): Promise<Readable> => {
  let decoded = body;
  for (const encoding of encodings.toReversed()) {
    const first = await peekByte(decoded);
    // Some servers declare gzip and send the body uncompressed.
    if (first !== undefined && first !== GZIP && /^(?:x-)?gzip$/.test(encoding)) continue;
    const decode = decoder(encoding, first ?? 0, name);
    // An empty body is not decoded: the decoder would report it as truncated.
    if (first !== undefined) decoded = decode(decoded, surplus);
  }
  return (await peekByte(decoded)) === GZIP ? gunzipped(decoded, surplus) : decoded;
};

/** Whether an error comes from a decoder: the body is damaged or ends too early. */
export const isDecodingError = (error: unknown): error is Error =>
  error instanceof Error && /^(Z_|ERR__|ERR_BROTLI|ERR_ZLIB)/.test(String(codeOf(error)));
