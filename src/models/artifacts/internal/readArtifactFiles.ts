import type { PlatformPath } from 'node:path';
import { tryCatch, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { codeOf } from '../../../contracts/codeOf.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { nodeModule } from '../../../contracts/runtime/nodeModule.js';
import {
  CURRENT,
  currentId,
  GENERATIONS,
  isManifestId,
  MANIFEST_FILE,
  MOST_CURRENT,
  parseManifest,
} from '../../../contracts/models/Manifest.js';
import { artifactError } from '../../../text/artifacts/readArtifact.js';
import { ARTIFACT_FILES, ARTIFACT_LIMITS } from '../Artifacts.js';

/** Node's modules. The caller has checked that they exist. */
const files = nodeModule('node:fs/promises');
const nodePath = nodeModule('node:path') ?? ({} as PlatformPath);
const { lstat, open, readdir, readFile, readlink } = files ?? ({} as NonNullable<typeof files>);

/** The largest size of a manifest in bytes. */
const MANIFEST_LIMIT = 2 ** 20;

/** The number of attempts to read, each time another generation replaces the one that is being read. */
const ATTEMPTS = 20;
/** The number of attempts for a missing file of one generation: it may be removed and written again. */
const SAME = 3;

/** The bytes of a file, or undefined where the file does not exist. */
const readAtMost = async (path: string, limit: number): Promise<Uint8Array | undefined> => {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > limit) throw artifactError('artifact', `it has ${size} bytes, and at most ${limit} are read`, path);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof HeadwaterError) throw cause;
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new HeadwaterError(
      'HW_PATH',
      `${path} cannot be read (${codeOf(cause) ?? 'an unknown error'}). Check that it is a file, and its permissions.`,
      { where: path, cause },
    );
  }
};

const exists = async (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** The folder of the current generation, as `current` names it. Undefined where there is no `current`. */
const currentFolder = async (directory: string): Promise<string | undefined> => {
  const path = nodePath.join(directory, CURRENT);
  try {
    const stats = await lstat(path);
    if (stats.isDirectory()) {
      await lstat(nodePath.join(path, MANIFEST_FILE));
      return path;
    }
    const isLink = stats.isSymbolicLink();
    // Where links are impossible, `current` is a file.
    const target = isLink ? await readlink(path) : stats.size > MOST_CURRENT ? '' : await readFile(path, 'utf8');
    const id = currentId(target);
    const own = id === undefined ? undefined : nodePath.join(directory, GENERATIONS, id);
    // In a copy, an absolute link may still lead to the original, which has other generations now.
    if (isLink && (own === undefined || !(await exists(own)))) return nodePath.resolve(directory, target);
    // A file with another content does not belong to Headwater.
    return own;
  } catch (error) {
    // EINVAL: a file has just replaced the link.
    if (codeOf(error) === 'EINVAL') return currentFolder(directory);
    return undefined;
  }
};

/**
 * The only generation of a folder without files of a model and without `current`, such as a copy without its symbolic
 * links. Undefined where there is none.
 *
 * @throws HeadwaterError `HW_ARTIFACT` if there are several
 */
const onlyGeneration = async (directory: string): Promise<string | undefined> => {
  const names = await readdir(nodePath.join(directory, GENERATIONS)).catch(() => []);
  const [first, ...others] = names.filter(isManifestId);
  if (first === undefined) return undefined;
  const folder = nodePath.join(directory, GENERATIONS, first);
  if (others.length > 0)
    throw new HeadwaterError(
      'HW_ARTIFACT',
      `${directory} has ${others.length + 1} models, and no link ${CURRENT} that names one of them: it was probably ` +
        `copied without its symbolic links. Copy it with them (cp -a, rsync -a), or give one model, such as ${folder}.`,
      { where: directory },
    );
  return folder;
};

const KNOWN = Object.entries(ARTIFACT_FILES).map(([key, name]) => ({
  name,
  limit: ARTIFACT_LIMITS[key as keyof typeof ARTIFACT_FILES],
}));

/** Reads the artifact files of a folder, and ignores all others. */
const readKnown = async (folder: string): Promise<Map<string, Uint8Array>> => {
  const files = new Map<string, Uint8Array>();
  for (const { name, limit } of KNOWN) {
    const bytes = await readAtMost(nodePath.join(folder, name), limit);
    if (bytes !== undefined) files.set(name, bytes);
  }
  return files;
};

/** The files of a generation, or the name of a missing file. */
const readGeneration = async (folder: string, manifest: Uint8Array): Promise<Map<string, Uint8Array> | string> => {
  const files = await readKnown(folder);
  files.set(MANIFEST_FILE, manifest);
  const missing = parseManifest(manifest)?.files.find(
    ({ name }) => !files.has(name) && KNOWN.some((known) => known.name === name),
  );
  if (missing !== undefined) return missing.name;
  // A file that the manifest does not list has another origin, such as a measurement of another model.
  const listed = new Set(parseManifest(manifest)?.files.map(({ name }) => name));
  if (listed.size > 0)
    for (const name of files.keys()) if (name !== MANIFEST_FILE && !listed.has(name)) files.delete(name);
  return files;
};

const read = async (directory: string): Promise<ReadonlyMap<string, Uint8Array>> => {
  let missing = '';
  let same = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const current = await currentFolder(directory);
    const folder = current ?? directory;
    const manifest = await readAtMost(nodePath.join(folder, MANIFEST_FILE), MANIFEST_LIMIT);
    if (manifest !== undefined) {
      const files = await readGeneration(folder, manifest);
      if (typeof files !== 'string') {
        // If a first generation replaced the plain names during the reading, the files may be a mixture of both.
        if (current !== undefined || (await currentFolder(directory)) === undefined) return files;
        continue;
      }
      missing = nodePath.join(folder, files);
    } else if (current === undefined) {
      // Plain files, as the lesson and earlier versions write them.
      const files = await readKnown(folder);
      if ((await currentFolder(directory)) !== undefined) continue;
      const only = files.size === 0 ? await onlyGeneration(directory) : undefined;
      return only === undefined ? files : read(only);
    } else missing = nodePath.join(folder, MANIFEST_FILE);
    // If newer files replaced this generation during the reading, `current` names another one.
    if (current === (await currentFolder(directory)) && (same += 1) === SAME) break;
  }
  throw new HeadwaterError(
    'HW_ARTIFACT',
    `The model in ${directory} is not complete: there is no ${missing}. ` +
      'Use the folder as it was saved, or train the model again.',
    { where: missing },
  );
};

/**
 * Reads the files of a folder's current model: those of the current generation or, without generations, those in the
 * folder itself.
 *
 * All files are of one generation, even if others are written at the same time.
 *
 * @returns left with `HW_ARTIFACT` where a file of the generation is missing or too large, `HW_PATH` where a file
 * cannot be read
 */
export const readArtifactFiles = (directory: string): TaskEither<HeadwaterError, ReadonlyMap<string, Uint8Array>> =>
  tryCatch(
    () => read(directory),
    (cause) =>
      cause instanceof HeadwaterError
        ? cause
        : new HeadwaterError(
            'HW_PATH',
            `${directory} cannot be read (${codeOf(cause) ?? 'an unknown error'}). Check its permissions.`,
            {
              where: directory,
              cause,
            },
          ),
  );
