import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryName } from '../../contracts/runtime/temporaries.js';
import { appendWhole } from './internal/appendWhole.js';

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
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  // Of the names that the next run removes, if this process is killed.
  const draft = join(folder, temporaryName());
  const written = openSync(draft, 'w');
  try {
    appendWhole(written, content);
    fsyncSync(written);
    renameSync(draft, path);
  } catch (error) {
    closeSync(written);
    rmSync(draft, { force: true });
    throw error;
  }
  if (open !== undefined) closeSync(open);
  // The same file: it has another name now.
  return written;
};
