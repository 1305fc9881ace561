import { lstat, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import {
  CURRENT,
  currentId,
  GENERATIONS,
  MANIFEST_FILE,
  manifestId,
  MOST_CURRENT,
} from '../../../contracts/models/Manifest.js';
import { codeOf } from '../../../contracts/codeOf.js';
import { discard } from '../../../contracts/runtime/temporaries.js';
import { makeTemporary, syncFolder, writeTemporary } from './wholeFile.js';

/** What `current` is: nothing, the id of a generation, or a folder (in a copy of the model that followed the links). */
export type Current = { readonly kind: 'none' | 'folder' } | { readonly kind: 'id'; readonly id: string };

/** Refuses what has a name that the folder of a model needs, and does not belong to a model. */
export const foreign = (path: string): HeadwaterError =>
  new HeadwaterError(
    'HW_PATH',
    `${path} is there already and is not a model's, but the folder of a ` +
      'model needs this name. Move it away, or choose another folder.',
    { where: path },
  );

const asId = (text: string, path: string): Current => {
  const id = currentId(text);
  if (id === undefined) throw foreign(path);
  return { kind: 'id', id };
};

/**
 * Reads what `current` is in the folder of a model.
 *
 * @throws HeadwaterError `HW_PATH` if it does not belong to a model
 */
export const readCurrent = async (dir: string): Promise<Current> => {
  const path = join(dir, CURRENT);
  try {
    const stats = await lstat(path);
    if (stats.isSymbolicLink()) return asId(await readlink(path), path);
    if (stats.isDirectory()) {
      await lstat(join(path, MANIFEST_FILE));
      return { kind: 'folder' };
    }
    if (stats.size > MOST_CURRENT) throw foreign(path);
    return asId(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof HeadwaterError) throw error;
    if (codeOf(error) !== 'ENOENT') throw error;
    const there = await lstat(path).catch(() => undefined);
    if (there?.isDirectory() === true) throw foreign(path);
    return { kind: 'none' };
  }
};

/** Whether an error says that the file system does not support symbolic links, or the user may not create them. */
const hasNoLinks = (error: unknown): boolean =>
  ['EPERM', 'EACCES', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'UNKNOWN'].includes(String(codeOf(error)));

/**
 * Puts a symbolic link at `path`, with one rename.
 *
 * @returns whether links are possible; if not, nothing has changed
 */
export const putLink = async (dir: string, target: string, path: string): Promise<boolean> => {
  let link: string;
  try {
    link = await makeTemporary(dir, (name) => symlink(target, name));
  } catch (error) {
    if (hasNoLinks(error)) return false;
    throw error;
  }
  try {
    await rename(link, path);
    return true;
  } catch (error) {
    await discard(link);
    throw error;
  }
};

/** Puts bytes at `path`, with one rename. */
export const putBytes = async (dir: string, bytes: Uint8Array, path: string): Promise<void> => {
  const temporary = await writeTemporary(dir, bytes);
  try {
    await rename(temporary, path);
  } catch (error) {
    await discard(temporary);
    throw error;
  }
};

/** Moves the folder at `current` to the generations, because a rename cannot replace a folder by a link. */
const moveFolder = async (dir: string): Promise<void> => {
  const folder = join(dir, CURRENT);
  const id = manifestId(await readFile(join(folder, MANIFEST_FILE)));
  try {
    await rename(folder, join(dir, GENERATIONS, id));
  } catch (error) {
    // This generation already exists.
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
    await rm(folder, { recursive: true });
  }
};

/**
 * Makes a generation the current one. This is the commit point: one rename replaces the link `current` or, where links
 * are not possible, the file `current` that holds the id.
 *
 * @returns whether links are possible
 */
export const makeCurrent = async (dir: string, id: string): Promise<boolean> => {
  const path = join(dir, CURRENT);
  if ((await readCurrent(dir)).kind === 'folder') await moveFolder(dir);
  const links = await putLink(dir, `${GENERATIONS}/${id}`, path);
  if (!links) await putBytes(dir, new TextEncoder().encode(`${id}\n`), path);
  await syncFolder(dir);
  return links;
};
