import { sha256Hex } from '../runtime/sha256.js';

/** The file that lists the files of a model with their hashes. */
export const MANIFEST_FILE = 'manifest.json';

/** The folder, beside the files' plain names, that holds each set of files in a folder named by the set's id. */
export const GENERATIONS = 'generations';

/**
 * The name of the pointer to the current generation: a link to its folder or, where links are impossible, a file with
 * its id.
 */
export const CURRENT = 'current';

/** The number of hexadecimal digits of a model's id. */
const ID_DIGITS = 16;

/** A file of a manifest. */
export interface ManifestEntry {
  readonly name: string;
  /** Its size in bytes. */
  readonly bytes: number;
  /** Its SHA-256, in 64 hexadecimal digits. */
  readonly sha256: string;
}

/** A list of files that belong together, such as those of one model. */
export interface Manifest {
  /** The version of the format of the files. */
  readonly formatVersion: number;
  readonly files: readonly ManifestEntry[];
}

/**
 * Makes the bytes of a manifest. Equal files in the same order give equal bytes.
 *
 * @param formatVersion the version of the format of the files
 * @param files the bytes by name
 */
export const encodeManifest = (formatVersion: number, files: ReadonlyMap<string, Uint8Array>): Uint8Array => {
  const manifest: Manifest = {
    formatVersion,
    files: Array.from(files, ([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256Hex(bytes) })),
  };
  return new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
};

/** The id of a set of files: the first 16 hexadecimal digits of the SHA-256 of its manifest's bytes. */
export const manifestId = (manifest: Uint8Array): string => sha256Hex(manifest).slice(0, ID_DIGITS);

/** Whether a name is a valid manifest id. */
export const isManifestId = (name: string): boolean => /^[0-9a-f]{16}$/.test(name);

/** The largest size of `current` in bytes, where it is a file. */
export const MOST_CURRENT = 100;

/**
 * The id of the generation to which `current` points; undefined if it points to something else. The text is an id, or
 * the target of the link: some programs copy a link as a file with its target, and others make the target absolute.
 */
export const currentId = (text: string): string | undefined => {
  const id = text.trim().split(/[/\\]/).at(-1) ?? '';
  return isManifestId(id) ? id : undefined;
};

/** Whether a text is the name of a file in a folder, not a path. */
export const isFileName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);

const isEntry = (value: unknown): value is ManifestEntry =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  isFileName(value.name) &&
  'bytes' in value &&
  Number.isSafeInteger(value.bytes) &&
  'sha256' in value &&
  typeof value.sha256 === 'string' &&
  /^[0-9a-f]{64}$/.test(value.sha256);

/** Parses the bytes of a manifest. Returns undefined where they are not one. */
export const parseManifest = (bytes: Uint8Array): Manifest | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('formatVersion' in value) || !('files' in value))
    return undefined;
  const { formatVersion, files } = value;
  if (typeof formatVersion !== 'number' || !Array.isArray(files)) return undefined;
  const entries: readonly unknown[] = files;
  return entries.every(isEntry) ? { formatVersion, files: entries } : undefined;
};
