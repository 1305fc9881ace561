import { checkArgument } from '../../contracts/checkArgument.js';
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts';
import type { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import { artifactError, readArtifact } from '../../text/artifacts/readArtifact.js';
import { ClassifierConfig, FORMAT_VERSION } from '../ClassifierConfig.js';
import { checkWeights } from '../internal/checkWeights.js';
import { entriesUnder } from '../internal/entriesUnder.js';
import { guarded } from '../internal/guarded.js';
import { weightShapes } from '../internal/weightShapes.js';
import { linearShapes } from '../linear/internal/linearShapes.js';
import { LinearConfig } from '../linear/LinearConfig.js';
import { memberConfig, memberPrefix } from '../wide/internal/meanOfNetworks.js';
import { savedShapes } from '../wide/internal/savedShapes.js';
import { SumConfig } from '../sum/SumConfig.js';
import { WideGruConfig } from '../wide/WideGruConfig.js';
import { checkRows } from './internal/checkRows.js';

/** The configuration of a model of any architecture; the lesson's classifier has no field `architecture`. */
export type ModelConfig = ClassifierConfig | LinearConfig | WideGruConfig | SumConfig;

/**
 * The architectures: the lesson's classifier, a linear one, a recurrent one with or without a linear part, and the sum
 * of a wide GRU and a linear model that were trained separately.
 */
export type Architecture = 'lesson' | 'linear' | 'wide-gru' | 'sum';

/**
 * The architecture of a model.
 *
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { architectureOf, classifierConfig } from 'headwater';
 * architectureOf(classifierConfig({ vocabularySize: 100, classes: 2 })); // 'lesson'
 * ```
 */
export const architectureOf = (config: ModelConfig): Architecture => {
  checkArgument('architectureOf', 'config', config, 'the configuration of a model', ['classes']);
  return 'architecture' in config ? config.architecture : 'lesson';
};

/** Whether a configuration is that of the lesson's classifier. */
export const isLessonConfig = (config: ModelConfig): config is ClassifierConfig => !('architecture' in config);

const CODECS: Readonly<Record<Architecture, t.Type<ModelConfig, unknown>>> = {
  lesson: ClassifierConfig as t.Type<ModelConfig, unknown>,
  linear: LinearConfig as t.Type<ModelConfig, unknown>,
  'wide-gru': WideGruConfig as t.Type<ModelConfig, unknown>,
  sum: SumConfig as t.Type<ModelConfig, unknown>,
};

const named = guarded(
  '"lesson", "linear", "wide-gru" or "sum"',
  (value): value is Architecture | undefined =>
    value === undefined || (typeof value === 'string' && Object.hasOwn(CODECS, value)),
);

/** Reads the value of a `config.json` whose version is known. Without `architecture` it is the lesson's. */
export const readModelConfig = (value: unknown, where?: string): E.Either<HeadwaterError, ModelConfig> => {
  const what = 'configuration';
  return pipe(
    readArtifact(t.type({ architecture: named }), what, value, where),
    E.flatMap(({ architecture = 'lesson' }) => readArtifact(CODECS[architecture], what, value, where)),
  );
};

/** Makes the text of a `config.json`. */
export const stringifyModelConfig = (config: ModelConfig): string =>
  JSON.stringify(
    isLessonConfig(config)
      ? ClassifierConfig.encode(config)
      : { formatVersion: FORMAT_VERSION, ...(CODECS[config.architecture].encode(config) as object) },
    null,
    2,
  );

/** Checks the weights of a model that consists of several models, each with its own prefix. */
const checkParts = (
  parts: ReadonlyMap<string, ModelConfig>,
  weights: StateDict,
  where: string | undefined,
): E.Either<HeadwaterError, StateDict> => {
  const prefixes = [...parts.keys()];
  const extra = [...weights.keys()].find((key) => !prefixes.some((prefix) => key.startsWith(prefix)));
  if (extra !== undefined) return E.left(artifactError('file of weights', `it has ${extra.slice(0, 100)}`, where));
  return pipe(
    Array.from(parts, ([prefix, config]) =>
      pipe(
        checkModelWeights(config, entriesUnder(prefix, weights), where),
        E.map((checked) => Array.from(checked, ([key, weight]) => [prefix + key, weight] as const)),
      ),
    ),
    E.sequenceArray,
    E.map((entries) => new Map(entries.flat())),
  );
};

/**
 * Checks that weights match a model.
 *
 * @param config the model's configuration
 * @param where the path of the weights, for the error message
 * @returns the weights in the model's order, or `HW_ARTIFACT`
 */
export const checkModelWeights = (
  config: ModelConfig,
  weights: StateDict,
  where?: string,
): E.Either<HeadwaterError, StateDict> => {
  if (isLessonConfig(config)) return checkWeights(weightShapes(config), weights, where);
  const touched = (prefix: string): number => weights.get(`${prefix}.rows`)?.shape[0] ?? 0;
  switch (config.architecture) {
    case 'linear':
      return pipe(
        checkWeights(linearShapes(config, touched('wide')), weights, where),
        E.flatMap((checked) => checkRows(checked, 'wide', config.columns, where)),
      );
    case 'wide-gru':
      if (config.members !== undefined) {
        const member = memberConfig(config);
        return checkParts(
          new Map(Array.from({ length: config.members }, (_, m) => [memberPrefix(m), member])),
          weights,
          where,
        );
      }
      return pipe(
        checkWeights(savedShapes(config, { embeddings: touched('embeddings'), wide: touched('wide') }), weights, where),
        E.flatMap((checked) => checkRows(checked, 'embeddings', config.vocabularySize, where)),
        E.flatMap((checked) =>
          config.columns === 0 ? E.right(checked) : checkRows(checked, 'wide', config.columns, where),
        ),
      );
    case 'sum':
      return checkParts(
        new Map<string, ModelConfig>([
          ['network.', config.network],
          ['linear.', config.linear],
        ]),
        weights,
        where,
      );
  }
};

/** The inputs of a model for one text, and their sizes. */
export interface ModelInputs {
  /** The number of tokens and the padding token's index; undefined where it uses no tokens. */
  readonly tokens: { readonly size: number; readonly padIndex: number } | undefined;
  /** The number of columns of the hashed features; 0 where it uses none. */
  readonly columns: number;
  /** The size of a word vector; 0 where it uses none. */
  readonly dims: number;
}

/** The inputs of a model for one text. */
export const inputsOf = (config: ModelConfig): ModelInputs => {
  if (isLessonConfig(config))
    return { tokens: { size: config.vocabularySize, padIndex: config.padIndex }, columns: 0, dims: 0 };
  switch (config.architecture) {
    case 'linear':
      return { tokens: undefined, columns: config.columns, dims: 0 };
    case 'wide-gru':
      return {
        tokens: { size: config.vocabularySize, padIndex: config.padIndex },
        columns: config.columns,
        dims: config.vectors ? config.embeddingDim : 0,
      };
    case 'sum':
      return { ...inputsOf(config.network), columns: config.linear.columns };
  }
};
