import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import * as t from 'io-ts';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Performance } from '../../contracts/Evaluation.js';
import type { StateDict } from '../../contracts/StateDict.js';
import type { TrainingRecord } from '../../contracts/TrainingRecord.js';
import { LabelEncoder } from '../../text/LabelEncoder.js';
import { artifactError, parseArtifact, readArtifact } from '../../text/readArtifact.js';
import { parseTextSteps } from '../../text/TextSteps.js';
import { Tokenizer } from '../../text/Tokenizer.js';
import type { Artifacts } from './Artifacts.js';
import { checkArtifacts } from './Artifacts.js';
import { ClassifierConfig, FORMAT_VERSION } from '../ClassifierConfig.js';
import { inferConfig } from '../inferConfig.js';
import { performanceCodec } from './internal/performanceJson.js';
import { artifactFolder, artifactMap, type ArtifactFile } from './internal/artifactSource.js';
import { decodeSafetensors } from './safetensors.js';
import { trainingCodec } from './internal/trainingJson.js';

const asText = (what: string, bytes: Uint8Array, where: string): E.Either<HeadwaterError, string> =>
  E.tryCatch(
    () => new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    (cause) => artifactError(what, 'it is not UTF-8', where, cause),
  );

/** Decodes a configuration; one of another version is told from one that is damaged. */
export const decodeConfig = (text: string, where?: string): E.Either<HeadwaterError, ClassifierConfig> =>
  pipe(
    parseArtifact(text, 'configuration', where),
    E.flatMap((value) =>
      pipe(
        readArtifact(t.type({ formatVersion: t.number }), 'configuration', value, where),
        E.filterOrElse(
          ({ formatVersion }) => formatVersion === FORMAT_VERSION,
          ({ formatVersion }) =>
            new HeadwaterError(
              'HW_ARTIFACT_VERSION',
              `${where ?? 'The configuration'} is of format version ${formatVersion}, but version ${FORMAT_VERSION} is what can be read here. Use the version of headwater that wrote it, or train the model again.`,
              where === undefined ? {} : { where },
            ),
        ),
        E.flatMap(() => readArtifact(ClassifierConfig, 'configuration', value, where)),
      ),
    ),
  );

const decodePerformance = (text: string, where: string): E.Either<HeadwaterError, Performance> =>
  pipe(
    parseArtifact(text, 'performance', where),
    E.flatMap((value) => readArtifact(performanceCodec, 'performance', value, where)),
  );

const decodeTraining = (text: string, where: string): E.Either<HeadwaterError, TrainingRecord> =>
  pipe(
    parseArtifact(text, 'training record', where),
    E.flatMap((value) => readArtifact(trainingCodec, 'training record', value, where)),
  );

const decodeWeights = (bytes: Uint8Array, where: string): E.Either<HeadwaterError, StateDict> =>
  pipe(
    decodeSafetensors(bytes, where),
    E.map(({ weights }) => weights),
  );

/**
 * Reads a model's artifacts from the directory that they were saved in, or from their bytes: ours, or the lesson's with
 * its weights as `model.safetensors`.
 *
 * Every file is decoded and checked against the others. Without `config.json` the configuration is inferred from the
 * weights (`inferConfig`); without `performance.json` or `training.json` there is none. Holds the weights' file and the
 * weights, in bytes 8 a value.
 *
 * @param source the directory's path; or the files' bytes by name, as `encodeArtifacts` gives them and a browser has
 *   fetched them
 * @returns a task that reads when it is called; left with `HW_PATH` where the directory is missing, is a file or cannot
 *   be read, `HW_ARTIFACT` where a file is missing, damaged, or does not fit the others, `HW_ARTIFACT_VERSION` where
 *   another version of the format wrote them
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
): TE.TaskEither<HeadwaterError, Artifacts> => {
  const { name, open, path, read } = typeof source === 'string' ? artifactFolder(source) : artifactMap(source);

  const optional = <A>(
    file: ArtifactFile,
    decode: (bytes: Uint8Array, where: string) => E.Either<HeadwaterError, A>,
  ): TE.TaskEither<HeadwaterError, A | undefined> =>
    pipe(
      read(file),
      TE.flatMapEither((bytes): E.Either<HeadwaterError, A | undefined> =>
        bytes === undefined ? E.right(undefined) : decode(bytes, path(file)),
      ),
    );

  const required = <A>(
    file: ArtifactFile,
    decode: (bytes: Uint8Array, where: string) => E.Either<HeadwaterError, A>,
  ): TE.TaskEither<HeadwaterError, A> =>
    pipe(
      optional(file, decode),
      TE.filterOrElse(
        (decoded): decoded is A => decoded !== undefined,
        () =>
          new HeadwaterError(
            'HW_ARTIFACT',
            `There is no ${path(file)}. Give a directory that a training has saved its artifacts in.`,
            { where: path(file) },
          ),
      ),
    );

  const text =
    <A>(what: string, decode: (text: string, where: string) => E.Either<HeadwaterError, A>) =>
    (bytes: Uint8Array, where: string): E.Either<HeadwaterError, A> =>
      pipe(
        asText(what, bytes, where),
        E.flatMap((decoded) => decode(decoded, where)),
      );

  return pipe(
    open,
    // The version first: what another version wrote need not make sense to this one.
    TE.flatMap(() => TE.Do),
    TE.bind('written', () => optional('config', text('configuration', decodeConfig))),
    TE.bind('weights', () => required('weights', decodeWeights)),
    TE.bind('config', ({ written, weights }) =>
      written === undefined ? TE.fromEither(inferConfig(weights, path('weights'))) : TE.right(written),
    ),
    TE.bind('tokenizer', () =>
      required(
        'tokenizer',
        text('tokenizer', (json, where) => Tokenizer.parse(json, where)),
      ),
    ),
    TE.bind('text', () => optional('text', text('description of how texts are read', parseTextSteps))),
    TE.bind('labelEncoder', () =>
      required(
        'labelEncoder',
        text('label encoder', (json, where) => LabelEncoder.parse(json, where)),
      ),
    ),
    TE.bind('performance', () => optional('performance', text('performance', decodePerformance))),
    TE.bind('training', () => optional('training', text('training record', decodeTraining))),
    TE.flatMapEither(({ config, weights, text: steps, tokenizer, labelEncoder, performance, training }) =>
      checkArtifacts({ config, weights, text: steps, tokenizer, labelEncoder, performance, training }, name),
    ),
  );
};
