import { closeSync, openSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFileNow } from '../../contracts/runtime/syncFile.js';
import { discardSync, temporaryName } from '../../contracts/runtime/temporaries.js';
import { makeFoldersSync } from '../../contracts/runtime/makeFolders.js';
import { appendWhole } from './internal/appendWhole.js';

/** Closes a file of which nothing is needed any more. What it could not write does not count, either. */
const closeUnneeded = (file: number): void => {
  try {
    closeSync(file);
  } catch {
    // The descriptor is closed even then.
  }
};

/**
 * Replaces a file with one rename, and leaves the new file open for appending.
 *
 * @param path the file; its folder is created if it is missing
 * @param content the new content of the file
 * @param open the descriptor of the old file if it is open; it is closed
 * @returns the descriptor of the new file
 * @throws the error of the file system; the old file is unchanged
 */
export const replaceOpen = (path: string, content: Uint8Array, open: number | undefined): number => {
  const folder = dirname(path);
  makeFoldersSync(folder);
  // A temporary name that the next run removes if this process is killed.
  const draft = join(folder, temporaryName());
  const written = openSync(draft, 'w');
  try {
    appendWhole(written, content);
    syncFileNow(written);
    renameSync(draft, path);
  } catch (error) {
    closeUnneeded(written);
    discardSync(draft);
    throw error;
  }
  if (open !== undefined) closeUnneeded(open);
  // The descriptor stays valid after the rename.
  return written;
};
