import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Step } from '../host/Step.js';

/** Hashes a file as a stream. */
export const hashFile = async (
  path: string,
  algorithm: 'sha256' | 'sha512',
  encoding: 'hex' | 'base64',
  { signal, progress }: Pick<Step, 'signal' | 'progress'>,
): Promise<string> => {
  const { size } = await stat(path);
  const hash = createHash(algorithm);
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal })) {
    hash.update(chunk as Buffer);
    progress((done += (chunk as Buffer).length), size);
  }
  return hash.digest(encoding);
};
