import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { codeOf } from '../../../contracts/codeOf.js';

/**
 * Creates a folder and its parents. (Node's own `recursive` never returns if an existing folder answers ENOENT, as
 * /proc does.)
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
 * Creates a folder and its parents if they are missing.
 *
 * @param dir the absolute path
 * @throws HeadwaterError `HW_PATH` if a file has the name of a folder; other errors of the file system unchanged
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
