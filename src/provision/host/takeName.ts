import { constants, copyFileSync, linkSync } from 'node:fs';
import { codeOf } from '../../contracts/codeOf.js';

/**
 * Gives a file a second name that must not exist yet. If the file system has no links, it copies the file. Fails with
 * EEXIST.
 */
export const takeName = (path: string, draft: string): void => {
  try {
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw error;
    // Some file systems of USB sticks and networks have no links. For a moment, the copy may be empty. An empty lock
    // counts as not held.
    copyFileSync(draft, path, constants.COPYFILE_EXCL);
  }
};
