import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { concatMap, distinctUntilChanged, type Observable, skip, timer } from 'rxjs';
import { CURRENT, MANIFEST_FILE } from '../../contracts/models/Manifest.js';

/** How often a folder is looked at, in milliseconds. */
const LOOK_MS = 2000;

/** What is different after a file was put in place of another. */
const signOf = async (path: string): Promise<string> => {
  try {
    const { ino, size, mtimeMs } = await lstat(path);
    return `${ino} ${size} ${mtimeMs} ${await readlink(path).catch(() => '')}`;
  } catch {
    return '';
  }
};

/**
 * Emits when a model was saved into a folder again: its link `current` or its manifest has changed. It looks every two
 * seconds, because notices of the file system do not come through mounts of networks and containers.
 */
export const folderChanges = (directory: string): Observable<unknown> =>
  timer(0, LOOK_MS).pipe(
    concatMap(() => Promise.all([CURRENT, MANIFEST_FILE].map((name) => signOf(join(directory, name))))),
    distinctUntilChanged((before, now) => before.join() === now.join()),
    skip(1),
  );
