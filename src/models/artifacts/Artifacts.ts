import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { checkArtifactsArgument } from './internal/checkArtifactsArgument.js';
import type { Performance } from '../../contracts/training/Evaluation.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import type { TrainingRecord } from '../../contracts/training/TrainingRecord.js';
import type { WideFeatures } from '../../text/features/wideFeatures.js';
import type { LabelEncoder } from '../../text/LabelEncoder.js';
import type { SeenTexts } from '../../text/SeenTexts.js';
import type { TextSteps } from '../../text/TextSteps.js';
import type { Tokenizer } from '../../text/Tokenizer.js';
import type { WordVectors } from '../../text/vectors/WordVectors.js';
import { checkModelWeights, inputsOf, type ModelConfig } from './ModelConfig.js';

/** All the data needed to classify a headline in the same way as in training. */
export interface Artifacts {
  /**
   * The id of the model: 16 hexadecimal digits, computed from the bytes of all its files. Undefined where the model was
   * neither saved nor loaded.
   */
  readonly modelId?: string | undefined;
  /** The model's configuration: `config.json`. */
  readonly config: ModelConfig;
  /** Its weights: `model.safetensors`. */
  readonly weights: StateDict;
  /**
   * How texts are prepared before tokenization: `text.json`. Undefined for the lesson's steps, and for all artifacts
   * without that file.
   */
  readonly text?: TextSteps | undefined;
  /** Converts texts to tokens: `tokenizer.json`. */
  readonly tokenizer: Tokenizer;
  /** Converts texts to hashed features, where the model uses them: `features.safetensors`. */
  readonly features?: WideFeatures | undefined;
  /** Maps words to vectors, where the model uses them: `vectors.hwv`. */
  readonly vectors?: WordVectors | undefined;
  /** Maps class names to class indices and back: `label_encoder.json`. */
  readonly labelEncoder: LabelEncoder;
  /** Its scores on the test rows: `performance.json`. Undefined if they were not measured. */
  readonly performance?: Performance | undefined;
  /**
   * How it was trained, and its confusion matrix on the test rows: `training.json`. Undefined where nothing was
   * recorded.
   */
  readonly training?: TrainingRecord | undefined;
  /**
   * The texts that its training used, to train it or to choose it: `seen.bin`. Undefined if they were not recorded.
   */
  readonly seen?: SeenTexts | undefined;
}

/** The names of the files in the order of writing. `manifest.json`, which lists them, is written last. */
export const ARTIFACT_FILES = {
  tokenizer: 'tokenizer.json',
  labelEncoder: 'label_encoder.json',
  config: 'config.json',
  text: 'text.json',
  performance: 'performance.json',
  training: 'training.json',
  seen: 'seen.bin',
  features: 'features.safetensors',
  vectors: 'vectors.hwv',
  weights: 'model.safetensors',
} as const;

const MIB = 2 ** 20;

/**
 * The largest size of each file in bytes, so that a hostile file is rejected before it is read. Weights have no limit.
 */
export const ARTIFACT_LIMITS: Readonly<Record<keyof typeof ARTIFACT_FILES, number>> = {
  tokenizer: 512 * MIB,
  labelEncoder: 16 * MIB,
  config: MIB,
  text: 16 * MIB,
  performance: 64 * MIB,
  training: 256 * MIB,
  // Four bytes for each of at most 2^28 texts.
  seen: 1024 * MIB + 8,
  // Two numbers for each of at most 2^24 features, and a header.
  features: 160 * MIB,
  vectors: 2048 * MIB - 1,
  weights: Infinity,
};

/** Why the features or the word vectors do not match the model; undefined where they match. */
const misfitOf = ({ config, features, vectors }: Artifacts): string | undefined => {
  const { columns, dims } = inputsOf(config);
  if (columns > 0 && features === undefined)
    return `the model reads hashed features, and there is no ${ARTIFACT_FILES.features}`;
  if (columns > 0 && features?.columns !== columns)
    return `the features have ${features?.columns ?? 0} columns, but the model ${columns}`;
  if (columns === 0 && features !== undefined)
    return `there is a ${ARTIFACT_FILES.features}, but the model reads no features`;
  if (dims > 0 && vectors === undefined)
    return `the model reads word vectors, and there is no ${ARTIFACT_FILES.vectors}`;
  if (dims > 0 && vectors?.dims !== dims)
    return `the word vectors have ${vectors?.dims ?? 0} numbers, but the model reads ${dims}`;
  if (dims === 0 && vectors !== undefined)
    return `there is a ${ARTIFACT_FILES.vectors}, but the model reads no vectors`;
  return undefined;
};

/**
 * Checks that artifacts match each other: an embedding row for every token, an output for every class, features and
 * word vectors of the model's sizes, weights of the configured shapes.
 *
 * @param artifacts the artifacts after reading or before writing
 * @param where the directory, for the error message
 * @returns the artifacts, or `HW_ARTIFACT`
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { from, lastValueFrom } from 'rxjs';
 * import { checkArtifacts, classifier, classifierConfig, LabelEncoder, Tokenizer } from 'headwater';
 * const tokenizer = await lastValueFrom(from(['team wins', 'minister visits']).pipe(Tokenizer.fit()));
 * const config = classifierConfig({ vocabularySize: tokenizer.size, classes: 3, hiddenDim: 4 });
 * const weights = classifier(config, { seed: 1 }).stateDict();
 * const labelEncoder = LabelEncoder.of(['Sports', 'World']);
 * const checked = checkArtifacts({ config, weights, tokenizer, labelEncoder });
 * if (checked._tag === 'Left') console.log(checked.left.message); // … has 2 classes, but the model 3 outputs …
 * ```
 */
export const checkArtifacts = (artifacts: Artifacts, where?: string): E.Either<HeadwaterError, Artifacts> => {
  checkArtifactsArgument('checkArtifacts', artifacts);

  const { config, weights, tokenizer, labelEncoder, training } = artifacts;
  const bad = (why: string) =>
    E.left(
      new HeadwaterError(
        'HW_ARTIFACT',
        `The artifacts${where === undefined ? '' : ` in ${where}`} do not ` +
          `belong together: ${why}. Take files that were saved together.`,
        where === undefined ? {} : { where },
      ),
    );
  const { tokens } = inputsOf(config);
  if (tokens !== undefined && tokenizer.size !== tokens.size)
    return bad(`the tokenizer has ${tokenizer.size} tokens, but the model ${tokens.size} embeddings`);
  if (tokens !== undefined && tokenizer.padIndex !== tokens.padIndex)
    return bad(`the tokenizer's padding token is ${tokenizer.padIndex}, but the model's ${tokens.padIndex}`);
  const misfit = misfitOf(artifacts);
  if (misfit !== undefined) return bad(misfit);
  if (labelEncoder.size !== config.classes)
    return bad(`the label encoder has ${labelEncoder.size} classes, but the model ${config.classes} outputs`);
  if (training !== undefined && training.confusion.length !== config.classes ** 2)
    return bad(
      `the confusion matrix has ${training.confusion.length} counts, ` +
        `but ${config.classes} classes have ${config.classes ** 2}`,
    );
  return pipe(
    checkModelWeights(config, weights, where),
    E.map((ordered) => ({ ...artifacts, weights: ordered })),
  );
};
