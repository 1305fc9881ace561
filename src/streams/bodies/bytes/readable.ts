import { Readable } from 'node:stream';
import { CHUNK_BYTES } from './ByteWindow.js';

/**
 * Converts chunks of bytes into a stream that reads at most one chunk ahead. Destroying the stream ends the generator,
 * including its `finally`.
 */
export const readable = (chunks: AsyncIterable<Uint8Array>): Readable => {
  const stream = Readable.from(chunks, { objectMode: false, highWaterMark: CHUNK_BYTES });
  // The reader of the stream receives its errors. An error after the reader has left must not end the process.
  stream.on('error', () => undefined);
  return stream;
};
