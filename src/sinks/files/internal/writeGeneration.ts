import { mkdir, readdir, readFile, readlink, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CURRENT,
  GENERATIONS,
  isManifestId,
  type Manifest,
  MANIFEST_FILE,
  manifestId,
  parseManifest,
} from '../../../contracts/models/Manifest.js';
import { clearLeftBehind, discard, temporaryName } from '../../../contracts/runtime/temporaries.js';
import { codeOf } from '../../../contracts/codeOf.js';
import { makeCurrent, putBytes, putLink, readCurrent } from './currentGeneration.js';
import { makeFolder } from './makeFolder.js';
import { makeTemporary, syncFolder, writeNew } from './wholeFile.js';

/**
 * The number of generations that are kept besides the current one: for readers of an earlier one, and for going back.
 */
const KEPT = 2;

/** A set of files with its manifest. */
export interface Generation {
  readonly manifest: Manifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const readOptional = (path: string): Promise<Uint8Array | undefined> =>
  readFile(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });

/** Whether a folder contains exactly these files with these bytes. */
const holds = async (folder: string, files: Generation['files']): Promise<boolean> => {
  for (const [name, bytes] of files) {
    const there = await readOptional(join(folder, name));
    if (there === undefined || Buffer.compare(there, bytes) !== 0) return false;
  }
  return true;
};

/**
 * Renames a folder to a temporary name before removing it, so that its own name never refers to an incomplete folder.
 *
 * A folder of a lower layer of an overlay file system, such as that of a container's image, cannot be renamed. There
 * its manifest is removed first, without which no reader takes what is left for a model.
 */
const removeFolder = async (generations: string, name: string): Promise<void> => {
  const folder = join(generations, name);
  const aside = join(generations, temporaryName());
  try {
    await rename(folder, aside);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    await rm(join(folder, MANIFEST_FILE), { force: true });
    await rm(folder, { recursive: true, force: true });
    return;
  }
  await rm(aside, { recursive: true, force: true });
};

/** Writes the files of a generation to its own folder, which appears complete. */
const writeFolder = async (generations: string, id: string, files: Generation['files']): Promise<void> => {
  const target = join(generations, id);
  if (await holds(target, files)) {
    // The generation is used again, so it counts as the newest. Only its owner may change its time; it then only keeps
    // its place among the generations.
    await utimes(target, new Date(), new Date()).catch(() => undefined);
    return;
  }
  const temporary = await makeTemporary(generations, (path) => mkdir(path));
  try {
    for (const [name, bytes] of files) await writeNew(join(temporary, name), bytes);
    await syncFolder(temporary);
    // An existing folder is damaged here (see `holds`), and a rename cannot replace it.
    if ((await stat(target).catch(() => undefined)) !== undefined) await removeFolder(generations, id);
    await rename(temporary, target);
  } catch (error) {
    // Another process may have written the same files first.
    if (!(await holds(target, files).catch(() => false))) throw error;
  } finally {
    await discard(temporary);
  }
  await syncFolder(generations);
};

/** Creates the plain names of the files: fixed links through `current`, or copies where links are not possible. */
const putPlainNames = async (dir: string, files: Generation['files'], links: boolean): Promise<void> => {
  for (const [name, bytes] of files) {
    const path = join(dir, name);
    const target = `${CURRENT}/${name}`;
    if (links && (await readlink(path).catch(() => undefined)) === target) continue;
    if (!links || !(await putLink(dir, target, path))) await putBytes(dir, bytes, path);
  }
};

/** The names of the files in the current generation. */
const currentNames = async (dir: string): Promise<readonly string[]> => {
  const current = await readCurrent(dir);
  const folder = current.kind === 'id' ? join(dir, GENERATIONS, current.id) : join(dir, CURRENT);
  const manifest = await readOptional(join(folder, MANIFEST_FILE));
  return (manifest === undefined ? undefined : parseManifest(manifest))?.files.map(({ name }) => name) ?? [];
};

/** Removes all generations except the current one and the newest `KEPT` of the others. */
const prune = async (dir: string): Promise<void> => {
  const generations = join(dir, GENERATIONS);
  const current = await readCurrent(dir);
  const others: { readonly name: string; readonly modified: number }[] = [];
  for (const name of await readdir(generations)) {
    if (!isManifestId(name) || (current.kind === 'id' && current.id === name)) continue;
    const stats = await stat(join(generations, name)).catch(() => undefined);
    if (stats !== undefined) others.push({ name, modified: stats.mtimeMs });
  }
  others.sort((a, b) => b.modified - a.modified);
  for (const { name } of others.slice(KEPT)) {
    // It may belong to another user, a reader on a network file system may hold it open, or another process removed it
    // first. The model is saved, and a later write tries again.
    await removeFolder(generations, name).catch(() => undefined);
  }
};

const write = async (dir: string, { manifest, files }: Generation): Promise<void> => {
  const generations = join(dir, GENERATIONS);
  await makeFolder(generations);
  await clearLeftBehind(dir);
  await clearLeftBehind(generations);
  const earlier = await currentNames(dir);
  const id = manifestId(files.get(MANIFEST_FILE) ?? new Uint8Array());
  let links: boolean;
  do {
    await writeFolder(generations, id, files);
    links = await makeCurrent(dir, id);
    // Another process that writes to this folder may have removed the generation before it became the current one.
  } while ((await stat(join(generations, id)).catch(() => undefined)) === undefined);
  await putPlainNames(dir, files, links);
  const names = new Set(manifest.files.map(({ name }) => name));
  for (const name of earlier) if (!names.has(name)) await rm(join(dir, name), { force: true });
  await prune(dir);
  await syncFolder(dir);
};

/** The last write to each folder by this process. Writes to one folder run one after another. */
const lastWrites = new Map<string, Promise<void>>();

/**
 * Writes a set of files to a folder so that the whole set appears at once.
 *
 * The files are written to `generations/<id>/`, which becomes `current` with one rename; the plain names in the folder
 * are links through `current`. A process that is killed leaves the earlier set or the new one, never a mixture. Where
 * links are not possible, `current` is a file with the id, and the plain names are copies for programs that do not know
 * generations. The newest two of the earlier sets are kept. Temporary files left by killed processes are removed.
 *
 * @param dir the absolute path
 */
export const writeGeneration = async (dir: string, generation: Generation): Promise<void> => {
  const before = lastWrites.get(dir) ?? Promise.resolve();
  const written = before.catch(() => undefined).then(() => write(dir, generation));
  lastWrites.set(dir, written);
  try {
    await written;
  } finally {
    if (lastWrites.get(dir) === written) lastWrites.delete(dir);
  }
};
