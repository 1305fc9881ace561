import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsent } from '../../contracts/isAbsent.js';
import { CURRENT, MANIFEST_FILE, parseManifest } from '../../contracts/models/Manifest.js';
import { ARTIFACT_FILES } from '../../models/artifacts/Artifacts.js';

/** Larger files are neither a manifest nor the configuration of a model. */
const MOST_BYTES = 2 ** 20;

const existing = async (path: string) => {
  try {
    return await lstat(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
};

const isConfig = (bytes: Uint8Array): boolean => {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return (
      typeof value === 'object' && value !== null && 'formatVersion' in value && typeof value.formatVersion === 'number'
    );
  } catch {
    return false;
  }
};

const isManifest = (bytes: Uint8Array): boolean => parseManifest(bytes) !== undefined;

/** Files whose names other programs use too, and how those of a model are told from theirs. */
const RECOGNIZED: ReadonlyMap<string, (bytes: Uint8Array) => boolean> = new Map([
  [ARTIFACT_FILES.config, isConfig],
  [MANIFEST_FILE, isManifest],
]);

/**
 * A file that has the name of an artifact but belongs to something else, such as the `config.json` of a project or of
 * another library's model. Saving a model would replace it. The lesson's loose files are a model's.
 *
 * @param folder the folder in which a model is to be saved; it need not exist
 * @returns its path, or undefined if there is none
 */
export const foreignArtifact = async (folder: string): Promise<string | undefined> => {
  // The files of a saved model are links through this name.
  if ((await existing(join(folder, CURRENT))) !== undefined) return undefined;
  let first: string | undefined;
  let isModel = false;
  for (const name of [...Object.values(ARTIFACT_FILES), MANIFEST_FILE]) {
    const path = join(folder, name);
    const stats = await existing(path);
    if (stats === undefined) continue;
    first ??= path;
    const isOwn = RECOGNIZED.get(name);
    if (isOwn !== undefined && !(stats.size <= MOST_BYTES && isOwn(await readFile(path)))) return path;
    // No other program is known to use the name of the lesson's label encoder.
    isModel ||= isOwn !== undefined || name === ARTIFACT_FILES.labelEncoder;
  }
  return isModel ? undefined : first;
};
