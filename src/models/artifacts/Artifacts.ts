import { checkArgument } from '../../contracts/checkArgument.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import type { Performance } from '../../contracts/training/Evaluation.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import type { TrainingRecord } from '../../contracts/training/TrainingRecord.js';
import type { WideFeatures } from '../../text/features/wideFeatures.js';
import type { LabelEncoder } from '../../text/LabelEncoder.js';
import type { TextSteps } from '../../text/TextSteps.js';
import type { Tokenizer } from '../../text/Tokenizer.js';
import type { WordVectors } from '../../text/vectors/WordVectors.js';
import { checkModelWeights, inputsOf, type ModelConfig } from './ModelConfig.js';

/** Everything that it takes to classify a headline as it was learnt. */
export interface Artifacts {
  /**
   * The id of the model: 16 hexadecimal digits that follow from the bytes of all its files. Undefined where it was
   * neither saved nor loaded.
   */
  readonly modelId?: string | undefined;
  /** What the model is made of: `config.json`. */
  readonly config: ModelConfig;
  /** Its weights: `model.safetensors`. */
  readonly weights: StateDict;
  /**
   * What is done to texts before they are tokenized: `text.json`. Undefined for the lesson's steps, and so in all
   * artifacts without that file.
   */
  readonly text?: TextSteps | undefined;
  /** From texts to tokens: `tokenizer.json`. */
  readonly tokenizer: Tokenizer;
  /** From texts to hashed features, where the model reads them: `features.safetensors`. */
  readonly features?: WideFeatures | undefined;
  /** From words to vectors, where the model reads them: `vectors.hwv`. */
  readonly vectors?: WordVectors | undefined;
  /** From class names to class indices and back: `label_encoder.json`. */
  readonly labelEncoder: LabelEncoder;
  /** How well it did on the test rows: `performance.json`. Undefined if it was not measured. */
  readonly performance?: Performance | undefined;
  /**
   * How it was trained, and what it took for what on the test rows: `training.json`. Undefined where nobody recorded
   * it.
   */
  readonly training?: TrainingRecord | undefined;
}

/** The names of the files, in the order in which they are written; `manifest.json`, which lists them, follows. */
export const ARTIFACT_FILES = {
  tokenizer: 'tokenizer.json',
  labelEncoder: 'label_encoder.json',
  config: 'config.json',
  text: 'text.json',
  performance: 'performance.json',
  training: 'training.json',
  features: 'features.safetensors',
  vectors: 'vectors.hwv',
  weights: 'model.safetensors',
} as const;

const MIB = 2 ** 20;

/** The most bytes that each file may have, so that a hostile one is refused before it is read; weights have no limit. */
export const ARTIFACT_LIMITS: Readonly<Record<keyof typeof ARTIFACT_FILES, number>> = {
  tokenizer: 512 * MIB,
  labelEncoder: 16 * MIB,
  config: MIB,
  text: 16 * MIB,
  performance: 64 * MIB,
  training: 256 * MIB,
  // Two numbers for each of at most 2^24 features, and a header.
  features: 160 * MIB,
  vectors: 2048 * MIB - 1,
  weights: Infinity,
};

/** Why the features or the word vectors are not those that the model reads; undefined where they are. */
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
 * Checks that artifacts belong together: a row of embeddings for every token, an output for every class, features and
 * word vectors of the model's sizes, weights of the configuration's shapes.
 *
 * @param artifacts what was read, or is to be written
 * @param where the directory, for the message
 * @returns the artifacts, or `HW_ARTIFACT`
 */
export const checkArtifacts = (artifacts: Artifacts, where?: string): E.Either<HeadwaterError, Artifacts> => {
  checkArgument('checkArtifacts', 'artifacts', artifacts, 'the artifacts of a model, such as loadArtifacts() reads', [
    'config',
  ]);

  const { config, weights, tokenizer, labelEncoder, training } = artifacts;
  const bad = (why: string) =>
    E.left(
      new HeadwaterError(
        'HW_ARTIFACT',
        `The artifacts${where === undefined ? '' : ` in ${where}`} do not belong together: ${why}. Take files that were saved together.`,
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
      `the confusion matrix has ${training.confusion.length} counts, but ${config.classes} classes have ${config.classes ** 2}`,
    );
  return pipe(
    checkModelWeights(config, weights, where),
    E.map((ordered) => ({ ...artifacts, weights: ordered })),
  );
};
