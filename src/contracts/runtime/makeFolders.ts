import { mkdirSync, statSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../codeOf.js';

// Node's own option `recursive` never returns, and uses a whole core, where an existing folder answers ENOENT, as those
// of /proc do.

/** Whether a parent is missing, so that it must be created first. */
const lacksParent = (error: unknown, dir: string): boolean => codeOf(error) === 'ENOENT' && dirname(dir) !== dir;

const makeOne = async (dir: string): Promise<boolean> => {
  try {
    await mkdir(dir);
    return true;
  } catch (error) {
    // It is there, or another process was faster. Roots of drives answer with other codes than EEXIST.
    if (codeOf(error) !== 'ENOENT' && (await stat(dir).catch(() => undefined))?.isDirectory() === true) return false;
    throw error;
  }
};

/**
 * Creates a folder and its parents if they are missing.
 *
 * @returns the first folder that was created; undefined if there was none to create
 */
export const makeFolders = async (dir: string): Promise<string | undefined> => {
  try {
    return (await makeOne(dir)) ? dir : undefined;
  } catch (error) {
    if (!lacksParent(error, dir)) throw error;
    const first = await makeFolders(dirname(dir));
    return (await makeOne(dir)) ? (first ?? dir) : first;
  }
};

const makeOneSync = (dir: string): boolean => {
  try {
    mkdirSync(dir);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' && statSync(dir, { throwIfNoEntry: false })?.isDirectory() === true) return false;
    throw error;
  }
};

/** Does the same at once. */
export const makeFoldersSync = (dir: string): string | undefined => {
  try {
    return makeOneSync(dir) ? dir : undefined;
  } catch (error) {
    if (!lacksParent(error, dir)) throw error;
    const first = makeFoldersSync(dirname(dir));
    return makeOneSync(dir) ? (first ?? dir) : first;
  }
};
