import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFile } from '../../../contracts/runtime/syncFile.js';
import { discard, temporaryName } from '../../../contracts/runtime/temporaries.js';
import { codeOf } from '../../../contracts/codeOf.js';

const fill = async (file: FileHandle, bytes: Uint8Array): Promise<void> => {
  try {
    await file.writeFile(bytes);
    // Without it, a crash of the machine after the rename could leave the new name with an empty file.
    await syncFile(file);
  } finally {
    await file.close();
  }
};

/** Writes a file that does not exist yet, and syncs it to the disk. */
export const writeNew = async (path: string, bytes: Uint8Array): Promise<void> =>
  // 'wx': never overwrite an existing file, nor write through an existing link.
  fill(await open(path, 'wx'), bytes);

/**
 * Creates something in the folder under a temporary name.
 *
 * @param make creates it at the given path, and fails with EEXIST if something exists there
 * @returns the path
 */
export const makeTemporary = async (dir: string, make: (path: string) => Promise<unknown>): Promise<string> => {
  for (;;) {
    const path = join(dir, temporaryName());
    try {
      await make(path);
      return path;
    } catch (error) {
      // A killed process with the same process id left the file; in containers, ids often repeat.
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
};

/** Writes bytes to a new file with a temporary name in the folder. If that fails, no file is left. */
export const writeTemporary = async (dir: string, bytes: Uint8Array): Promise<string> => {
  let file: FileHandle | undefined;
  const path = await makeTemporary(dir, async (name) => (file = await open(name, 'wx')));
  try {
    if (file !== undefined) await fill(file, bytes);
    return path;
  } catch (error) {
    await discard(path);
    throw error;
  }
};

/** Makes renames survive a crash of the machine, on platforms that support it. */
export const syncFolder = async (dir: string): Promise<void> => {
  try {
    const folder = await open(dir, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // Windows and some network file systems cannot open or sync a folder. The files themselves are written and synced
    // all the same.
  }
};
