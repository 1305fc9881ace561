import { checkArgument } from '../../contracts/checkArgument.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Performance } from '../../contracts/training/Evaluation.js';
import { encodeManifest, MANIFEST_FILE, manifestId, parseManifest } from '../../contracts/models/Manifest.js';
import { sha256Hex } from '../../contracts/runtime/sha256.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import type { TrainingRecord } from '../../contracts/training/TrainingRecord.js';
import { LabelEncoder } from '../../text/LabelEncoder.js';
import { artifactError, parseArtifact, readArtifact } from '../../text/artifacts/readArtifact.js';
import { parseTextSteps } from '../../text/TextSteps.js';
import { Tokenizer } from '../../text/Tokenizer.js';
import type { Artifacts } from './Artifacts.js';
import { ARTIFACT_FILES, ARTIFACT_LIMITS, checkArtifacts } from './Artifacts.js';
import { EARLIER_VERSION, FORMAT_VERSION } from '../ClassifierConfig.js';
import { inferConfig } from '../inferConfig.js';
import { changedFile } from './internal/changedFile.js';
import { decodeSeen } from './internal/seenFile.js';
import { decodeFeatures } from './internal/featuresFile.js';
import { decodeVectors } from './internal/vectorsFile.js';
import { type ModelConfig, readModelConfig } from './ModelConfig.js';
import { performanceCodec } from './internal/performanceJson.js';
import { decodeSafetensors } from './safetensors.js';
import { trainingCodec } from './internal/trainingJson.js';

/** The error for a version that this library does not know. */
const versionError = (formatVersion: number, where: string | undefined): HeadwaterError =>
  new HeadwaterError(
    'HW_ARTIFACT_VERSION',
    `${where ?? 'The configuration'} is of format version ${formatVersion}, ` +
      `but versions ${EARLIER_VERSION} to ${FORMAT_VERSION} are what can be read here. ` +
      'Use the version of headwater that wrote it, or train the model again.',
    where === undefined ? {} : { where },
  );

const isKnownVersion = (formatVersion: number): boolean =>
  formatVersion === EARLIER_VERSION || formatVersion === FORMAT_VERSION;

const asText = (what: string, bytes: Uint8Array, where: string): E.Either<HeadwaterError, string> =>
  E.tryCatch(
    () => new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    (cause) => artifactError(what, 'it is not UTF-8', where, cause),
  );

/** Decodes a configuration. A configuration of another version gives another error than a damaged one. */
export const decodeConfig = (text: string, where?: string): E.Either<HeadwaterError, ModelConfig> =>
  pipe(
    parseArtifact(text, 'configuration', where),
    E.flatMap((value) =>
      pipe(
        readArtifact(t.type({ formatVersion: t.number }), 'configuration', value, where),
        E.filterOrElse(
          ({ formatVersion }) => isKnownVersion(formatVersion),
          ({ formatVersion }) => versionError(formatVersion, where),
        ),
        E.flatMap(() => readModelConfig(value, where)),
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

/** The id of files: that of their manifest after its hashes were checked, or that of a new manifest for them. */
const identify = (
  files: ReadonlyMap<string, Uint8Array>,
  path: (name: string) => string,
): E.Either<HeadwaterError, string> => {
  const bytes = files.get(MANIFEST_FILE);
  if (bytes === undefined) return E.right(manifestId(encodeManifest(FORMAT_VERSION, files)));
  const where = path(MANIFEST_FILE);
  const manifest = parseManifest(bytes);
  if (manifest === undefined) return E.left(artifactError('manifest', 'it does not list files', where));
  if (manifest.formatVersion !== FORMAT_VERSION) return E.left(versionError(manifest.formatVersion, where));
  for (const { name, sha256 } of manifest.files) {
    const content = files.get(name);
    if (content !== undefined && sha256Hex(content) !== sha256) return E.left(changedFile(content, sha256, path(name)));
  }
  return E.right(manifestId(bytes));
};

/**
 * Reads a model's artifacts from the bytes of their files, from any place; the inverse of `encodeArtifacts`.
 *
 * Every file is decoded and checked against the others. Where there is a manifest, each file that it lists must have
 * its SHA-256. Without `config.json` the configuration is inferred from the weights (`inferConfig`). Without
 * `performance.json` or `training.json` these fields are undefined. Uses memory for one more copy of the weights.
 *
 * @param files the bytes by name; names that are not those of artifact files are ignored
 * @param where the folder or address of the files, for error messages
 * @returns left with `HW_ARTIFACT` where a file is missing, damaged, too large or does not match the others,
 * `HW_ARTIFACT_VERSION` where another version of the format wrote them
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { decodeArtifacts } from 'headwater';
 * const read = decodeArtifacts(new Map());
 * if (read._tag === 'Left') read.left.code; // 'HW_ARTIFACT'
 * ```
 */
export const decodeArtifacts = (
  files: ReadonlyMap<string, Uint8Array>,
  where?: string,
): E.Either<HeadwaterError, Artifacts> => {
  checkArgument('decodeArtifacts', 'files', files, 'a map from file names to bytes', ['get']);

  const path = (name: string): string =>
    where === undefined ? name : `${where.replace(/(?<![/\\])[/\\]+$/, '')}/${name}`;

  const optional = <A>(
    file: keyof typeof ARTIFACT_FILES,
    decode: (bytes: Uint8Array, where: string) => E.Either<HeadwaterError, A>,
  ): E.Either<HeadwaterError, A | undefined> => {
    const bytes = files.get(ARTIFACT_FILES[file]);
    if (bytes === undefined) return E.right(undefined);
    const at = path(ARTIFACT_FILES[file]);
    return bytes.length > ARTIFACT_LIMITS[file]
      ? E.left(
          artifactError('artifact', `it has ${bytes.length} bytes, and at most ${ARTIFACT_LIMITS[file]} are read`, at),
        )
      : decode(bytes, at);
  };

  const required = <A>(
    file: keyof typeof ARTIFACT_FILES,
    decode: (bytes: Uint8Array, where: string) => E.Either<HeadwaterError, A>,
  ): E.Either<HeadwaterError, A> =>
    pipe(
      optional(file, decode),
      E.flatMap((value) =>
        value === undefined
          ? E.left(
              new HeadwaterError(
                'HW_ARTIFACT',
                `There is no ${path(ARTIFACT_FILES[file])}. Give a ` +
                  'directory that a training has saved its artifacts in.',
                { where: path(ARTIFACT_FILES[file]) },
              ),
            )
          : E.right(value),
      ),
    );

  const text =
    <A>(what: string, decode: (text: string, where: string) => E.Either<HeadwaterError, A>) =>
    (bytes: Uint8Array, at: string): E.Either<HeadwaterError, A> =>
      pipe(
        asText(what, bytes, at),
        E.flatMap((decoded) => decode(decoded, at)),
      );

  return pipe(
    E.Do,
    E.bind('modelId', () => identify(files, path)),
    // The version is checked first, because files of another version may have another structure.
    E.bind('written', () => optional('config', text('configuration', decodeConfig))),
    E.bind('weights', () => required('weights', decodeWeights)),
    E.bind('config', ({ written, weights }): E.Either<HeadwaterError, ModelConfig> =>
      written === undefined ? inferConfig(weights, path(ARTIFACT_FILES.weights)) : E.right(written),
    ),
    E.bind('tokenizer', () =>
      required(
        'tokenizer',
        text('tokenizer', (json, at) => Tokenizer.parse(json, at)),
      ),
    ),
    E.bind('steps', () => optional('text', text('description of how texts are read', parseTextSteps))),
    E.bind('labelEncoder', () =>
      required(
        'labelEncoder',
        text('label encoder', (json, at) => LabelEncoder.parse(json, at)),
      ),
    ),
    E.bind('performance', () => optional('performance', text('performance', decodePerformance))),
    E.bind('training', () => optional('training', text('training record', decodeTraining))),
    E.bind('seen', () => optional('seen', decodeSeen)),
    E.bind('features', () => optional('features', decodeFeatures)),
    E.bind('vectors', () => optional('vectors', decodeVectors)),
    E.flatMap((read) => {
      const { modelId, config, weights, tokenizer, labelEncoder } = read;
      const { steps, performance, training, seen, features, vectors } = read;
      return checkArtifacts(
        {
          modelId,
          config,
          weights,
          text: steps,
          tokenizer,
          features,
          vectors,
          labelEncoder,
          performance,
          training,
          seen,
        },
        where,
      );
    }),
  );
};
