import { rename, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { tryCatch, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { messageOf } from '../../contracts/messageOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { isFileName, MANIFEST_FILE, parseManifest } from '../../contracts/models/Manifest.js';
import { sha256Hex } from '../../contracts/runtime/sha256.js';
import { codeOf } from '../../contracts/codeOf.js';
import { isAbsent } from '../../contracts/isAbsent.js';
import { makeFolder } from './internal/makeFolder.js';
import { clearLeftBehind, discard } from '../../contracts/runtime/temporaries.js';
import { syncFolder, writeTemporary } from './internal/wholeFile.js';
import { type Generation, writeGeneration } from './internal/writeGeneration.js';

/** Advice to the user after a file system error. */
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
  if (isFileName(name)) return;
  throw new HeadwaterError(
    'HW_USAGE',
    `${JSON.stringify(name)} is no name for a file in a folder: give plain names without separators.`,
  );
};

/** Refuses a target that is a folder, before anything is written. */
const checkTarget = async (target: string): Promise<void> => {
  try {
    if (!(await stat(target)).isDirectory()) return;
  } catch (error) {
    // ENOTDIR: a link through `current`, which is now a file because symbolic links are no longer possible.
    if (isAbsent(error)) return;
    throw error;
  }
  throw new HeadwaterError(
    'HW_PATH',
    `${target} is a folder, but the output needs a file of that name. Move it away, or choose another folder.`,
    { where: target },
  );
};

/** Writes files one by one, each with a rename. */
const writeEach = async (dir: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> => {
  await clearLeftBehind(dir);
  const waiting = new Map<string, string>();
  try {
    for (const [name, bytes] of files) waiting.set(await writeTemporary(dir, bytes), join(dir, name));
    for (const [temporary, target] of waiting) {
      await rename(temporary, target);
      waiting.delete(temporary);
    }
  } finally {
    for (const temporary of waiting.keys()) await discard(temporary);
  }
  await syncFolder(dir);
};

/** Separates the files that a manifest among them lists from the other files. */
const sortOut = (
  files: ReadonlyMap<string, Uint8Array>,
): { readonly generation: Generation | undefined; readonly others: ReadonlyMap<string, Uint8Array> } => {
  const bytes = files.get(MANIFEST_FILE);
  const manifest = bytes === undefined ? undefined : parseManifest(bytes);
  if (bytes === undefined || manifest === undefined) return { generation: undefined, others: files };
  const listed = new Map<string, Uint8Array>();
  for (const { name, sha256 } of manifest.files) {
    const content = files.get(name);
    if (content === undefined || sha256Hex(content) !== sha256)
      throw new HeadwaterError(
        'HW_USAGE',
        `${MANIFEST_FILE} lists ${name}, which is ` +
          `${content === undefined ? 'not among the files' : 'another file here'}. Give the files together ` +
          'with their own manifest, as encodeArtifacts makes them.',
      );
    listed.set(name, content);
  }
  listed.set(MANIFEST_FILE, bytes);
  return { generation: { manifest, files: listed }, others: new Map([...files].filter(([name]) => !listed.has(name))) };
};

const writeAll = async (dir: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> => {
  for (const name of files.keys()) checkName(name);
  const { generation, others } = sortOut(files);
  await makeFolder(dir);
  for (const name of files.keys()) await checkTarget(join(dir, name));
  if (generation !== undefined) await writeGeneration(dir, generation);
  if (others.size > 0) await writeEach(dir, others);
};

/**
 * Writes files into a folder so that each file is complete or absent.
 *
 * Every file is written under a temporary name in the same folder and synced to the disk. Only when all are written are
 * they renamed, in the order of the map, and the folder is synced. A failure before the first rename leaves the earlier
 * files unchanged and no temporary files. If the machine stops between two renames, the first files are new and the
 * others old, and each of them is complete.
 *
 * If `manifest.json` is among the files, as in those of `encodeArtifacts`, all files that it lists appear together,
 * with one rename. They are written to `generations/<id>/`, the link `current` is replaced, and the plain names are
 * links through it. A process that is killed at any moment leaves the earlier set or the new one. Where symbolic links
 * are not possible, `current` is a file with the id, and the plain names are copies. Two earlier generations are kept.
 *
 * Temporary files that killed processes left in the folder are removed.
 *
 * The folder and its parents are created if they are missing. Writes to one folder must run one after another, not at
 * the same time.
 *
 * @param dir the folder
 * @param files the bytes by file name; plain names without separators. Do not change the bytes until the write has
 *   finished
 * @returns a task that returns `Right(undefined)` when everything is written, or a `Left`: `HW_PATH` if `dir` is not a
 *   folder or a file name is taken by a folder, `HW_WRITE` if the file system refuses (no permission, no space),
 *   `HW_USAGE` for an invalid file name. It never rejects
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
        : new HeadwaterError(
            'HW_WRITE',
            `Files could not be written to ${dir}: ${messageOf(cause)}. ${advice(cause)}`,
            {
              cause,
              where: dir,
            },
          ),
  );
