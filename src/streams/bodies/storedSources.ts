import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { reasonOf } from '../../contracts/reasonOf.js';
import { clearLeftBehind } from '../../contracts/runtime/temporaries.js';
import { readStored, snapshotName, SOURCES } from './storedSource.js';

/** A snapshot in a folder of snapshots. */
export interface StoredSnapshot {
  readonly path: string;
  readonly bytes: number;
  /**
   * The time of the last use by a URL, in milliseconds since 1970; for a snapshot without a source, the time of
   * writing.
   */
  readonly used: number;
  /** The URLs of its sources, without their queries. Several URLs may have the same bytes. */
  readonly sources: readonly string[];
}

const SNAPSHOT = /^[0-9a-f]{64}\.csv$/;

/** Each file of `sources`, with its record. */
const notesOf = async (
  directory: string,
): Promise<readonly { readonly path: string; readonly sha256: string; readonly source: string }[]> => {
  const names = await readdir(join(directory, SOURCES)).catch(() => []);
  const notes = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (name) => {
        const path = join(directory, SOURCES, name);
        const { sha256 = '', source = '' } = (await readStored(path)) ?? {};
        return { path, sha256, source };
      }),
  );
  return notes;
};

/** The snapshots of a folder, the most recently used first. */
export const listSnapshots = async (directory: string): Promise<readonly StoredSnapshot[]> => {
  const notes = await notesOf(directory);
  const names = (await readdir(directory).catch(() => [])).filter((name) => SNAPSHOT.test(name));
  const found = await Promise.all(
    names.map(async (name): Promise<StoredSnapshot | undefined> => {
      const path = join(directory, name);
      const stats = await stat(path).catch(() => undefined);
      return stats === undefined
        ? undefined
        : {
            path,
            bytes: stats.size,
            used: stats.mtimeMs,
            sources: notes.filter(({ sha256 }) => snapshotName(sha256) === name).map(({ source }) => source),
          };
    }),
  );
  return found.filter((snapshot) => snapshot !== undefined).toSorted((a, b) => b.used - a.used);
};

const remove = async (path: string): Promise<void> => {
  try {
    await rm(path, { force: true });
  } catch (cause) {
    throw new HeadwaterError('HW_WRITE', `${path} cannot be removed: ${reasonOf(cause)}. Check its permissions.`, {
      cause,
      where: path,
    });
  }
};

/**
 * Removes the snapshots of a folder that were not used since a time, the records of their sources, and the temporary
 * files of killed runs.
 *
 * @param since the time in milliseconds since 1970
 * @returns the removed snapshots, and the number of removed temporary files
 * @throws HeadwaterError `HW_WRITE` if a file cannot be removed
 */
export const pruneSnapshots = async (
  directory: string,
  since: number,
): Promise<{ readonly removed: readonly StoredSnapshot[]; readonly leftBehind: number }> => {
  const removed = (await listSnapshots(directory)).filter(({ used }) => used < since);
  for (const { path } of removed) await remove(path);
  const kept = new Set((await listSnapshots(directory)).map(({ path }) => path));
  for (const { path, sha256 } of await notesOf(directory))
    if (!kept.has(join(directory, snapshotName(sha256)))) await remove(path);
  const leftBehind = (await clearLeftBehind(directory)) + (await clearLeftBehind(join(directory, SOURCES)));
  return { removed, leftBehind };
};
