import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathError } from '../../../bodies/pathError.js';
import { folderProblem } from './folderProblem.js';

/** A file or a folder, or a symbolic link to one. */
export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** What an entry is, or what its link leads to. */
const statsOf = async (path: string): Promise<Stats> => {
  try {
    return await stat(path);
  } catch (cause) {
    throw folderProblem(
      path,
      `${path} is a link to a file that cannot be read. Fetch the file (as with git annex get or dvc pull), ` +
        'or remove the link.',
      cause,
    );
  }
};

/**
 * The files and folders in a folder, sorted by name. Hidden ones are left out. Links are followed.
 *
 * @throws HeadwaterError `HW_PATH` if the folder cannot be read, a link leads nowhere, or an entry is neither file nor
 *   a folder, such as a pipe
 */
export const folderEntries = async (path: string): Promise<readonly FolderEntry[]> => {
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw pathError(path, cause);
  });
  const found: FolderEntry[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (name.startsWith('.')) continue;
    // Some file systems do not tell the kinds of entries.
    const isKnown = entry.isFile() || entry.isDirectory();
    const kind = isKnown ? entry : await statsOf(join(path, name));
    if (!kind.isFile() && !kind.isDirectory())
      throw folderProblem(
        join(path, name),
        `${join(path, name)} is no file. Remove it from the folder, or give another folder.`,
      );
    found.push({ name, isFolder: kind.isDirectory() });
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
};

/** How deep folders may lie in the folder of a class. Links in a circle are deeper. */
const DEEPEST = 16;

/**
 * The paths of all files in a folder and its folders, relative to it, sorted folder by folder.
 *
 * @throws HeadwaterError `HW_PATH` as `folderEntries`, or if folders are nested without end
 */
export async function* filesWithin(path: string, below = ''): AsyncGenerator<string, void, undefined> {
  if (below.split('/').length > DEEPEST)
    throw folderProblem(path, `The folders of ${path} are nested too deep, or a link leads back: ${below}.`);
  for (const { name, isFolder } of await folderEntries(join(path, below))) {
    const within = below === '' ? name : `${below}/${name}`;
    if (isFolder) yield* filesWithin(path, within);
    else yield within;
  }
}
