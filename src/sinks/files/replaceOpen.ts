import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Puts a file in the place of another by one rename, and leaves it open, so that more can be added to it.
 *
 * @param path the file; its folder is made where it is missing
 * @param content what the file holds from now on
 * @param open the descriptor of the file that it replaces, where it is open: it is closed
 * @returns the descriptor of the new file
 * @throws what the file system throws; the old file is as it was
 */
export const replaceOpen = (path: string, content: Uint8Array, open: number | undefined): number => {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  const written = openSync(draft, 'w');
  try {
    writeSync(written, content);
    fsyncSync(written);
    renameSync(draft, path);
  } catch (error) {
    closeSync(written);
    throw error;
  }
  if (open !== undefined) closeSync(open);
  // The same file: it has another name now.
  return written;
};
