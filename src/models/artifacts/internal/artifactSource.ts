import type * as fsPromises from 'node:fs/promises';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { nodeModule } from '../../../contracts/nodeModule.js';
import { ARTIFACT_FILES } from '../Artifacts.js';

/** One of the files that artifacts are kept in. */
export type ArtifactFile = keyof typeof ARTIFACT_FILES;

/** Where artifacts are read from. */
export interface ArtifactSource {
  /** What it is called in a message; undefined where it has no name. */
  readonly name: string | undefined;
  /** Finds out whether it is there. */
  readonly open: TE.TaskEither<HeadwaterError, void>;
  /** What one of its files is called in a message. */
  readonly path: (file: ArtifactFile) => string;
  /** A file's bytes, or undefined where there is no such file. */
  readonly read: (file: ArtifactFile) => TE.TaskEither<HeadwaterError, Uint8Array | undefined>;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error';

/** How Node reads files; left in a browser, which has no paths. */
const files = (where: string): TE.TaskEither<HeadwaterError, typeof fsPromises> =>
  TE.fromNullable(
    new HeadwaterError(
      'HW_PATH',
      `${where} cannot be read: there are no directories in a browser. Fetch the files, and give their bytes by name.`,
      { where },
    ),
  )(nodeModule('node:fs/promises'));

const checkDirectory = (directory: string): TE.TaskEither<HeadwaterError, void> =>
  pipe(
    files(directory),
    TE.flatMap(({ stat }) =>
      TE.tryCatch(
        () => stat(directory),
        (cause) =>
          new HeadwaterError(
            'HW_PATH',
            codeOf(cause) === 'ENOENT'
              ? `No such directory: ${directory}. Check the path of the model.`
              : `${directory} cannot be read (${codeOf(cause)}). Check its permissions.`,
            { where: directory, cause },
          ),
      ),
    ),
    TE.flatMap((stats) =>
      stats.isDirectory()
        ? TE.right(undefined)
        : TE.left(
            new HeadwaterError(
              'HW_PATH',
              `${directory} is a file. Give the directory that holds ${ARTIFACT_FILES.weights} and its companions.`,
              { where: directory },
            ),
          ),
    ),
  );

/** A file's bytes, or undefined where there is no such file. */
const readOptional = (path: string): TE.TaskEither<HeadwaterError, Uint8Array | undefined> =>
  pipe(
    files(path),
    TE.flatMap(({ readFile }) =>
      pipe(
        TE.tryCatch(
          (): Promise<Uint8Array | undefined> => readFile(path),
          (cause) => cause,
        ),
        TE.orElse((cause): TE.TaskEither<HeadwaterError, Uint8Array | undefined> =>
          codeOf(cause) === 'ENOENT'
            ? TE.right(undefined)
            : TE.left(
                new HeadwaterError(
                  'HW_PATH',
                  `${path} cannot be read (${codeOf(cause)}). Check that it is a file, and its permissions.`,
                  { where: path, cause },
                ),
              ),
        ),
      ),
    ),
  );

/**
 * Artifacts in a directory.
 *
 * Its tasks are left with `HW_PATH` where the directory is missing, is a file or cannot be read, and where there are no
 * directories: in a browser.
 */
export const artifactFolder = (directory: string): ArtifactSource => {
  const path = (file: ArtifactFile): string =>
    nodeModule('node:path')?.join(directory, ARTIFACT_FILES[file]) ?? `${directory}/${ARTIFACT_FILES[file]}`;
  return { name: directory, open: checkDirectory(directory), path, read: (file) => readOptional(path(file)) };
};

/** Artifacts in memory: their files' bytes by name. */
export const artifactMap = (files: ReadonlyMap<string, Uint8Array>): ArtifactSource => ({
  name: undefined,
  open: TE.of(undefined),
  path: (file) => ARTIFACT_FILES[file],
  read: (file) => TE.of(files.get(ARTIFACT_FILES[file])),
});
