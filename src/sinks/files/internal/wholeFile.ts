import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryName } from '../../../contracts/runtime/temporaries.js';
import { codeOf } from '../../internal/codeOf.js';

const fill = async (file: FileHandle, bytes: Uint8Array): Promise<void> => {
  try {
    await file.writeFile(bytes);
    // Without it a crash of the machine after the rename may leave the new name with none of the bytes.
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Writes a file that is not there yet, and syncs it to the disk. */
export const writeNew = async (path: string, bytes: Uint8Array): Promise<void> =>
  // 'wx': never into a file, or through a link, that is there already.
  fill(await open(path, 'wx'), bytes);

/**
 * Makes something new in the folder under a temporary name.
 *
 * @param make makes it at the path given, and fails with EEXIST where something is there
 * @returns the path
 */
export const makeTemporary = async (dir: string, make: (path: string) => Promise<unknown>): Promise<string> => {
  for (;;) {
    const path = join(dir, temporaryName());
    try {
      await make(path);
      return path;
    } catch (error) {
      // Left behind by a process that was killed and had the same id, as in containers they often have.
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
};

/** Writes bytes to a new file in the folder under a temporary name; where that fails, nothing stays behind. */
export const writeTemporary = async (dir: string, bytes: Uint8Array): Promise<string> => {
  let file: FileHandle | undefined;
  const path = await makeTemporary(dir, async (name) => (file = await open(name, 'wx')));
  try {
    if (file !== undefined) await fill(file, bytes);
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
};

/** Makes renames survive a crash of the machine, where the platform can. */
export const syncFolder = async (dir: string): Promise<void> => {
  try {
    const folder = await open(dir, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // Windows and some network file systems cannot open or sync a folder; the files themselves are written and synced
    // all the same.
  }
};
