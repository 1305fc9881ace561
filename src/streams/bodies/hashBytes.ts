import { createHash } from 'node:crypto';

/**
 * Passes bytes on and computes their hash.
 *
 * @param ended receives the SHA-256 in hexadecimal and the number of bytes at the end; an error that it throws fails
 *   the stream
 */
export async function* hashBytes(
  bytes: AsyncIterable<Buffer>,
  ended: (sha256: string, length: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    length += chunk.length;
    yield chunk;
  }
  ended(hash.digest('hex'), length);
}
