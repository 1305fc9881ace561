import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { tryCatch, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { codeOf } from '../internal/codeOf.js';
import { makeFolder } from './internal/makeFolder.js';

/** Counts the temporaries of this process, so that two writes at once never share a name. */
let made = 0;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What a person can do about a failure of the file system. */
const advice = (error: unknown): string => {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'Choose a folder that you may write to.';
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return 'Free some disk space, or choose another folder.';
    default:
      return 'Check the folder and try again.';
  }
};

const checkName = (name: string): void => {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)) return;
  throw new HeadwaterError(
    'HW_USAGE',
    `${JSON.stringify(name)} is no name for a file in a folder: give plain names without separators.`,
  );
};

/** Refuses a name that cannot be renamed to while nothing is written yet. */
const checkTarget = async (target: string): Promise<void> => {
  try {
    if (!(await stat(target)).isDirectory()) return;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  throw new HeadwaterError(
    'HW_PATH',
    `${target} is a folder, but the output needs a file of that name. Move it away, or choose another folder.`,
    { where: target },
  );
};

/**
 * A new file in the folder. Its name does not grow with that of the file to be: that may be as long as the system
 * allows.
 */
const openTemporary = async (dir: string): Promise<{ readonly path: string; readonly file: FileHandle }> => {
  for (;;) {
    const path = join(dir, `.headwater-${process.pid}-${(made += 1)}.tmp`);
    try {
      // 'wx': never into a file, or through a link, that is there already.
      return { path, file: await open(path, 'wx') };
    } catch (error) {
      // Left behind by a process that was killed and had the same id, as in containers they often have.
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
};

const fill = async (file: FileHandle, bytes: Uint8Array): Promise<void> => {
  try {
    await file.writeFile(bytes);
    // Without it a crash of the machine after the rename may leave the new name with none of the bytes.
    await file.sync();
  } finally {
    await file.close();
  }
};

/** Makes the renames themselves survive a crash of the machine, where the platform can. */
const syncFolder = async (dir: string): Promise<void> => {
  try {
    const folder = await open(dir, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // Windows and some network file systems cannot open or sync a folder; the files themselves are written and synced
    // all the same.
  }
};

const writeAll = async (dir: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> => {
  for (const name of files.keys()) checkName(name);
  await makeFolder(dir);
  for (const name of files.keys()) await checkTarget(join(dir, name));
  const waiting = new Map<string, string>();
  try {
    for (const [name, bytes] of files) {
      const { path, file } = await openTemporary(dir);
      // Noted before it is filled: a write that fails half-way leaves a file too.
      waiting.set(path, join(dir, name));
      await fill(file, bytes);
    }
    for (const [temporary, target] of waiting) {
      await rename(temporary, target);
      waiting.delete(temporary);
    }
  } finally {
    for (const temporary of waiting.keys()) await rm(temporary, { force: true });
  }
  await syncFolder(dir);
};

/**
 * Writes files into a folder so that each is there whole or not at all.
 *
 * Every file is written under a temporary name in the same folder and synced to the disk; only when all are there are
 * they renamed, in the order of the map, and the folder is synced. A failure before the first rename leaves the earlier
 * files as they were; no temporaries stay behind. A machine that stops between two renames leaves the first files new
 * and the others old, each of them whole.
 *
 * The folder, and those above it, are made where they are missing. Writes to one folder are to follow one another, not
 * to overlap.
 *
 * @param dir the folder
 * @param files the bytes by file name; plain names without separators. They are read while they are written: do not
 *   change them meanwhile
 * @returns a task that gives `Right(undefined)` when all is written, or a `Left` with `HW_PATH` when `dir` is not a
 *   folder or a name in it is one, `HW_WRITE` when the file system refuses (no permission, no room), `HW_USAGE` for a
 *   name that is none; it never rejects
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { writeFiles } from 'headwater';
 * const dir = join(await mkdtemp(join(tmpdir(), 'headwater-')), 'artifacts');
 * const written = await writeFiles(dir, new Map([['note.txt', new TextEncoder().encode('hello')]]))();
 * written._tag; // 'Right'
 * ```
 */
export const writeFiles = (dir: string, files: ReadonlyMap<string, Uint8Array>): TaskEither<HeadwaterError, void> =>
  tryCatch(
    () => writeAll(resolve(dir), files),
    (cause) =>
      cause instanceof HeadwaterError
        ? cause
        : new HeadwaterError('HW_WRITE', `Files could not be written to ${dir}: ${textOf(cause)}. ${advice(cause)}`, {
            cause,
            where: dir,
          }),
  );
