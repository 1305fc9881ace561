import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { codeOf } from '../../../contracts/codeOf.js';
import { makeFolders } from '../../../contracts/runtime/makeFolders.js';

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
