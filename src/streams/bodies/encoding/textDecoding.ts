import { decode, getDecoder } from 'iconv-lite';
import { encodingLabel } from './encodingLabel.js';

/** Decodes text in chunks of any size. */
export interface TextDecoding {
  /** Decodes a chunk; a character that is cut stays for the next one. */
  readonly write: (bytes: Uint8Array) => string;
  /** The rest, after the last chunk. */
  readonly end: () => string;
}

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);

/**
 * A decoder for text in chunks. Encodings of the Encoding standard are decoded by the runtime, others by iconv-lite.
 *
 * @param encoding a name that `encodingOf` returns
 */
export const textDecoding = (encoding: string): TextDecoding => {
  if (encodingLabel(encoding)?.decoder === 'iconv-lite') {
    const decoder = getDecoder(encoding);
    return { write: (bytes) => decoder.write(bufferOf(bytes)), end: () => decoder.end() ?? '' };
  }
  const decoder = new TextDecoder(encoding);
  return { write: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
};

/**
 * Decodes bytes.
 *
 * @param encoding a name that `encodingOf` returns
 * @param cut whether more bytes follow, so that the last character may be incomplete and is left out
 */
export const decodeText = (bytes: Uint8Array, encoding: string, cut = false): string => {
  if (cut) return textDecoding(encoding).write(bytes);
  if (encodingLabel(encoding)?.decoder === 'iconv-lite') return decode(bufferOf(bytes), encoding);
  return new TextDecoder(encoding).decode(bytes);
};
