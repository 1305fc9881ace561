import { readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from '../../contracts/codeOf.js';
import { discardSync, temporaryName } from '../../contracts/runtime/temporaries.js';
import { takeName } from './takeName.js';

/**
 * Removes the lock of a process that has ended.
 *
 * Another process may do the same and take the lock first. The lock is therefore moved aside and read there; if it is
 * another than the abandoned one, it is put back.
 */
export const removeLock = (path: string, abandoned: string): void => {
  const aside = join(dirname(path), temporaryName());
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== abandoned) takeName(path, aside);
  } catch (error) {
    // Another process has removed it, or has taken it.
    if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error;
  } finally {
    discardSync(aside);
  }
};
