import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { codeOf } from '../../internal/codeOf.js';

/**
 * Makes a folder and those above it. (Node's own `recursive` never returns where a folder that is there refuses with
 * ENOENT, as /proc does.)
 */
const makeFolders = async (dir: string): Promise<void> => {
  try {
    await mkdir(dir);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(dir)).isDirectory()) return;
    if (codeOf(error) !== 'ENOENT' || dirname(dir) === dir) throw error;
    await makeFolders(dirname(dir));
    await mkdir(dir);
  }
};

/**
 * Makes a folder and those above it, where they are missing.
 *
 * @param dir its whole path
 * @throws HeadwaterError `HW_PATH` where a file is in the way; whatever else the file system refuses with, as it is
 */
export const makeFolder = async (dir: string): Promise<void> => {
  try {
    await makeFolders(dir);
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST' || codeOf(cause) === 'ENOTDIR') {
      throw new HeadwaterError(
        'HW_PATH',
        `${dir} is not a folder, or is inside a file. Give a folder for the output.`,
        { cause, where: dir },
      );
    }
    throw cause;
  }
};
