import { fstatSync, ftruncateSync, writeSync } from 'node:fs';

/**
 * Adds bytes to the end of a file, all of them or none: on a disk that is nearly full a write may take a part only, and
 * what follows would then be out of step.
 *
 * @param file its descriptor, opened for appending
 * @throws what the file system throws; the file is then as long as it was, where it can still be cut
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
