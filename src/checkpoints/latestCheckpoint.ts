import { readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { tryCatch, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Checkpoint } from '../contracts/training/Checkpoint.js';
import { HeadwaterError } from '../contracts/HeadwaterError.js';
import { sha256Hex } from '../contracts/runtime/sha256.js';
import { clearLeftBehind } from '../contracts/runtime/temporaries.js';
import { codeOf } from '../contracts/codeOf.js';
import { decodeCheckpoint } from './encodeCheckpoint.js';

const NAME = /^checkpoint-([0-9]{6,12})-([0-9a-f]{32})\.safetensors$/;

/** The name of a file: its number, and the first half of the SHA-256 of its bytes. */
export const checkpointName = (ordinal: number, bytes: Uint8Array): string =>
  `checkpoint-${String(ordinal).padStart(6, '0')}-${sha256Hex(bytes).slice(0, 32)}.safetensors`;

/** A checkpoint file, described by its name. */
export interface CheckpointFile {
  readonly name: string;
  readonly ordinal: number;
}

/**
 * The checkpoint files of a folder, the newest first; empty if there is no folder.
 *
 * @throws HeadwaterError `HW_PATH` if the folder cannot be read
 */
export const checkpointFiles = async (dir: string): Promise<readonly CheckpointFile[]> => {
  let names: readonly string[];
  try {
    names = await readdir(dir);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw new HeadwaterError(
      'HW_PATH',
      `The checkpoints in ${dir} cannot be read (${String(codeOf(cause))}). ` +
        'Check that it is a folder, and its permissions.',
      { cause, where: dir },
    );
  }
  return names
    .flatMap((name): CheckpointFile[] => {
      const [, ordinal] = NAME.exec(name) ?? [];
      return ordinal === undefined ? [] : [{ name, ordinal: Number(ordinal) }];
    })
    .sort((a, b) => b.ordinal - a.ordinal);
};

/**
 * Removes the checkpoints of a folder. The folder is removed if it is then empty.
 *
 * @throws HeadwaterError `HW_PATH` if the folder cannot be read, `HW_WRITE` if a checkpoint cannot be removed
 */
export const removeCheckpoints = async (dir: string): Promise<void> => {
  for (const { name } of await checkpointFiles(dir)) {
    try {
      await rm(join(dir, name), { force: true });
    } catch (cause) {
      throw new HeadwaterError(
        'HW_WRITE',
        `The checkpoint ${join(dir, name)} is no longer needed, but cannot be removed (${String(codeOf(cause))}). ` +
          'Remove it yourself.',
        { cause, where: dir },
      );
    }
  }
  try {
    await clearLeftBehind(dir);
    await rmdir(dir);
  } catch {
    // The folder does not exist, or contains other files, which are kept.
  }
};

/** A checkpoint in a file. */
export interface SavedCheckpoint {
  readonly path: string;
  readonly checkpoint: Checkpoint;
  /** The further content of the file, from the option `about` of `checkpoints`. */
  readonly about: unknown;
}

/** The options of `latestCheckpoint`. */
export interface LatestCheckpointOptions {
  /** Receives an error for each refused file: it is damaged, edited or of another version. Default: none. */
  readonly refused?: { next(error: HeadwaterError): void } | undefined;
}

const readOne = async (dir: string, name: string): Promise<SavedCheckpoint | HeadwaterError> => {
  const path = join(dir, name);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    return new HeadwaterError('HW_PATH', `The checkpoint ${path} cannot be read (${String(codeOf(cause))}).`, {
      cause,
      where: path,
    });
  }
  if (!sha256Hex(bytes).startsWith(NAME.exec(name)?.[2] ?? ''))
    return new HeadwaterError(
      'HW_ARTIFACT',
      `The checkpoint ${path} is torn or was edited: its bytes are not those of the hash in its name.`,
      { where: path },
    );
  const decoded = decodeCheckpoint(bytes, path);
  return isLeft(decoded) ? decoded.left : { path, ...decoded.right };
};

/**
 * Reads the newest intact checkpoint of a folder. A truncated or edited file is refused, because its hash differs from
 * that in its name. Then the previous file is tried.
 *
 * @param dir the folder that `checkpoints` writes to
 * @param options `refused`
 * @returns undefined if there is no checkpoint; left with `HW_ARTIFACT` if all checkpoints are refused, and with
 *   `HW_PATH` if the folder cannot be read
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { latestCheckpoint, promiseOf } from 'headwater';
 * const latest = await promiseOf(latestCheckpoint(await mkdtemp(join(tmpdir(), 'headwater-'))));
 * console.log(latest?.checkpoint.state.epoch); // undefined: the folder is empty
 * ```
 */
export const latestCheckpoint = (
  dir: string,
  { refused }: LatestCheckpointOptions = {},
): TaskEither<HeadwaterError, SavedCheckpoint | undefined> =>
  tryCatch(
    async () => {
      const files = await checkpointFiles(dir);
      for (const { name } of files) {
        const read = await readOne(dir, name);
        if (!(read instanceof HeadwaterError)) return read;
        refused?.next(read);
      }
      if (files.length === 0) return undefined;
      throw new HeadwaterError(
        'HW_ARTIFACT',
        `None of the ${files.length} checkpoints in ${dir} can be used: ` +
          'each is torn, edited or of another version. Remove them to train from the start.',
        { where: dir },
      );
    },
    (cause) =>
      cause instanceof HeadwaterError
        ? cause
        : new HeadwaterError('HW_PATH', `The checkpoints in ${dir} cannot be read (${String(codeOf(cause))}).`, {
            cause,
            where: dir,
          }),
  );
