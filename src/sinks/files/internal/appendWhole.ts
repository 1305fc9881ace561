import { fstatSync, ftruncateSync, writeSync } from 'node:fs';

/**
 * Appends either all of the bytes to a file or none. On an almost full disk, a write may store only a part, and
 * everything after it would be misaligned.
 *
 * @param file the descriptor, opened for appending
 * @throws the error of the file system; the file then has its old length, if it can still be truncated
 */
export const appendWhole = (file: number, bytes: Uint8Array): void => {
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(file, bytes, written);
  } catch (error) {
    if (written > 0) ftruncateSync(file, fstatSync(file).size - written);
    throw error;
  }
};
