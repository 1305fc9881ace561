import { Readable } from 'node:stream';
import { CHUNK_BYTES } from './ByteWindow.js';

/**
 * Chunks of bytes as a stream that reads at most one chunk ahead. Destroying it ends the generator behind it, its
 * `finally` included.
 */
export const readable = (chunks: AsyncIterable<Uint8Array>): Readable => {
  const stream = Readable.from(chunks, { objectMode: false, highWaterMark: CHUNK_BYTES });
  // Whoever reads it hears of an error; one that comes after they have left concerns nobody, and must not end the
  // process.
  stream.on('error', () => undefined);
  return stream;
};
