import { constants } from 'node:fs';
import { access, readlink, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipe } from 'fp-ts/lib/function.js';
import { flatMap, tryCatch, type TaskEither } from 'fp-ts/lib/TaskEither.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { codeOf } from '../../contracts/codeOf.js';
import { isAbsent } from '../../contracts/isAbsent.js';
import { ARTIFACT_FILES } from '../../models/artifacts/Artifacts.js';
import { checkModelFolder } from '../../sinks/files/checkModelFolder.js';
import { foreign } from '../../sinks/files/internal/currentGeneration.js';
import { foreignArtifact } from './foreignArtifact.js';

type Found = 'folder' | 'file' | 'nothing';

const find = async (path: string): Promise<Found> => {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (cause) {
    // ENOTDIR: one of the parents is a file. The check of the parents finds it.
    if (isAbsent(cause)) return 'nothing';
    throw new HeadwaterError(
      'HW_PATH',
      `${path} cannot be read (${String(codeOf(cause))}). Choose another place for the output.`,
      { cause, where: path },
    );
  }
};

const checkWritable = async (path: string): Promise<void> => {
  try {
    await access(path, constants.W_OK);
  } catch (cause) {
    throw new HeadwaterError(
      'HW_WRITE',
      `${path} cannot be written to (${String(codeOf(cause))}). Choose another place for the output.`,
      { cause, where: path },
    );
  }
};

/** Checks the folder or, if it does not exist, its nearest existing parent. */
const checkFromBelow = async (folder: string): Promise<void> => {
  const found = await find(folder);
  if (found === 'nothing' && dirname(folder) !== folder) {
    // No folder can be created under the name of a link whose target is missing.
    const target = await readlink(folder).catch(() => undefined);
    if (target !== undefined)
      throw new HeadwaterError(
        'HW_PATH',
        `${folder} is a link to ${target}, which does not exist. Create that folder, or choose another one.`,
        { where: folder },
      );
    return checkFromBelow(dirname(folder));
  }
  if (found === 'file')
    throw new HeadwaterError('HW_PATH', `${folder} is a file, but the output needs a folder. Choose another folder.`, {
      where: folder,
    });
  return checkWritable(folder);
};

const checked = (check: () => Promise<void>): TaskEither<unknown, void> => tryCatch(check, (error) => error);

/**
 * Checks whether files can be written to a folder, without creating anything. So an unsuitable folder is refused before
 * the work and not after it, and failed work leaves no files.
 *
 * @param folder the folder; it need not exist yet
 * @param names the names of the files that will be written
 * @returns left with `HW_PATH` if a file is in the place of a folder, or a folder has the name of a file; `HW_WRITE` if
 *   writing is not permitted
 */
export const checkFolder = (folder: string, names: readonly string[]): TaskEither<unknown, void> =>
  checked(async () => {
    await checkFromBelow(resolve(folder));
    for (const path of names.map((name) => join(folder, name))) {
      if ((await find(path)) === 'folder')
        throw new HeadwaterError(
          'HW_PATH',
          `${path} is a folder, but the output needs a file of that name. Move it away, or choose another folder.`,
          { where: path },
        );
    }
  });

/** Does the same for the folder of a model, in which nothing else may have a name that a model needs. */
export const checkModelOutput = (folder: string): TaskEither<unknown, void> =>
  pipe(
    checkFolder(folder, Object.values(ARTIFACT_FILES)),
    flatMap(() => checkModelFolder(folder)),
    flatMap(() =>
      checked(async () => {
        const path = await foreignArtifact(folder);
        if (path !== undefined) throw foreign(path);
      }),
    ),
  );

/**
 * Checks whether a file can be written, without creating anything.
 *
 * @param file its path; its folder must exist
 * @returns left with `HW_PATH` if it is a folder or its folder does not exist; `HW_WRITE` if writing is not permitted
 */
export const checkFile = (file: string): TaskEither<unknown, void> =>
  checked(async () => {
    const found = await find(file);
    if (found === 'folder')
      throw new HeadwaterError('HW_PATH', `${file} is a folder. Give the path of a file to write.`, { where: file });
    const folder = dirname(resolve(file));
    if (found === 'nothing' && (await find(folder)) !== 'folder')
      throw new HeadwaterError(
        'HW_PATH',
        `The folder ${folder} for ${file} does not exist. Create it, or give another path.`,
        { where: file },
      );
    await checkWritable(found === 'file' ? file : folder);
  });
