import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { codeOf } from '../../contracts/codeOf.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { ARTIFACT_FILES, type Artifacts } from './Artifacts.js';
import { decodeArtifacts } from './decodeArtifacts.js';
import { nodeFiles } from './internal/nodeFiles.js';
import { readArtifactFiles } from './internal/readArtifactFiles.js';

const checkDirectory = (directory: string): TE.TaskEither<HeadwaterError, void> =>
  pipe(
    nodeFiles(directory),
    TE.flatMap(({ stat }) =>
      TE.tryCatch(
        () => stat(directory),
        (cause) =>
          new HeadwaterError(
            'HW_PATH',
            codeOf(cause) === 'ENOENT'
              ? `No such directory: ${directory}. Check the path of the model.`
              : `${directory} cannot be read (${codeOf(cause) ?? 'an unknown error'}). Check its permissions.`,
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
              `${directory} is a file. Give the directory that holds ` +
                `${ARTIFACT_FILES.weights} and the other files of the model.`,
              { where: directory },
            ),
          ),
    ),
  );

/**
 * Reads a model's artifacts from their directory, or from the files' bytes. It reads Headwater's files, and the
 * lesson's with its weights as `model.safetensors`.
 *
 * Every file is decoded and checked against the others. Without `config.json` the configuration is inferred from the
 * weights (`inferConfig`). Without `performance.json`, `training.json` or `seen.bin` these fields are undefined. Uses
 * memory for the weights' file and the weights: 8 bytes per value.
 *
 * @param source the directory's path; or the files' bytes by name, for example from `encodeArtifacts` or fetched by a
 * browser
 * @returns a task that reads when it is called; left with `HW_PATH` where the directory is missing, is a file or cannot
 * be read, `HW_ARTIFACT` where a file is missing, damaged, or does not match the others, `HW_ARTIFACT_VERSION` where
 * another version of the format wrote them
 *
 * @example
 * ```ts
 * import { loadArtifacts } from 'headwater';
 * const loaded = await loadArtifacts('no/such/directory')();
 * if (loaded._tag === 'Left') loaded.left.code; // 'HW_PATH'
 * ```
 */
export const loadArtifacts = (
  source: string | ReadonlyMap<string, Uint8Array>,
): TE.TaskEither<HeadwaterError, Artifacts> =>
  typeof source === 'string'
    ? pipe(
        checkDirectory(source),
        TE.flatMap(() => readArtifactFiles(source)),
        TE.flatMapEither((files) => decodeArtifacts(files, source)),
      )
    : TE.fromEither(decodeArtifacts(source));
