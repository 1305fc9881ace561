import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { concatMap, distinctUntilChanged, type Observable, skip, timer } from 'rxjs';
import { CURRENT, MANIFEST_FILE } from '../../contracts/models/Manifest.js';

/** The interval between two checks of a folder. Milliseconds. */
const LOOK_MS = 2000;

/** A value that changes when a file is replaced. */
const signOf = async (path: string): Promise<string> => {
  try {
    const { ino, size, mtimeMs } = await lstat(path);
    return `${ino} ${size} ${mtimeMs} ${await readlink(path).catch(() => '')}`;
  } catch {
    return '';
  }
};

/**
 * Emits when a model was saved into the folder again: its link `current` or its manifest has changed. It polls every
 * two seconds, because file system notifications do not work on some network and container mounts.
 */
export const folderChanges = (directory: string): Observable<unknown> =>
  timer(0, LOOK_MS).pipe(
    concatMap(() => Promise.all([CURRENT, MANIFEST_FILE].map((name) => signOf(join(directory, name))))),
    distinctUntilChanged((before, now) => before.join() === now.join()),
    skip(1),
  );
