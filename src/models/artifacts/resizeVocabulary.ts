import { checkArtifactsArgument } from './internal/checkArtifactsArgument.js';
import { wrongValue } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict, Weight } from '../../contracts/models/StateDict.js';
import type { ClassifierConfig } from '../ClassifierConfig.js';
import { memberPrefix } from '../wide/internal/meanOfNetworks.js';
import type { WideGruConfig } from '../wide/WideGruConfig.js';
import { inputsOf, isLessonConfig, type ModelConfig } from './ModelConfig.js';

/** A model's configuration and weights. */
export interface ResizableModel<Config extends ModelConfig = ClassifierConfig> {
  readonly config: Config;
  readonly weights: StateDict;
}

/** The new size of a vocabulary, and the index of its unknown token. */
interface Resizing {
  readonly size: number;
  readonly unknownIndex: number;
}

const misfit = (name: string, shape: readonly number[]): HeadwaterError =>
  new HeadwaterError(
    'HW_USAGE',
    `resizeVocabulary: the weights have no "${name}" of shape ` +
      `[${shape.join(', ')}]. Give the configuration and the weights of one model.`,
  );

/** The embeddings of all tokens, in one matrix. */
const resizedMatrix = (
  weights: StateDict,
  { vocabularySize, embeddingDim }: ClassifierConfig,
  { size, unknownIndex }: Resizing,
): Weight => {
  const embeddings = weights.get('embeddings.weight');
  if (embeddings?.data.length !== vocabularySize * embeddingDim)
    throw misfit('embeddings.weight', [vocabularySize, embeddingDim]);
  const data = new Float32Array(size * embeddingDim);
  data.set(embeddings.data.subarray(0, data.length));
  const unknown = embeddings.data.subarray(unknownIndex * embeddingDim, (unknownIndex + 1) * embeddingDim);
  for (let token = vocabularySize; token < size; token++) data.set(unknown, token * embeddingDim);
  return { shape: [size, embeddingDim], data };
};

/** The embeddings of a table that holds only some tokens. A token that the table does not hold has zeros. */
const resizedTable = (
  weights: StateDict,
  prefix: string,
  { vocabularySize, embeddingDim }: WideGruConfig,
  { size, unknownIndex }: Resizing,
): readonly (readonly [string, Weight])[] => {
  const [rows, values] = [weights.get(`${prefix}embeddings.rows`), weights.get(`${prefix}embeddings.values`)];
  if (rows === undefined || values?.data.length !== rows.data.length * embeddingDim)
    throw misfit(`${prefix}embeddings.values`, [rows?.data.length ?? 0, embeddingDim]);
  const valuesOf = (slot: number) => values.data.subarray(slot * embeddingDim, (slot + 1) * embeddingDim);
  const kept = Array.from(rows.data, (token, slot) => ({ token, values: valuesOf(slot) }));
  const unknown = kept.find(({ token }) => token === unknownIndex);
  const table = [
    ...kept.filter(({ token }) => token < size),
    ...(unknown === undefined
      ? []
      : Array.from({ length: Math.max(0, size - vocabularySize) }, (_, i) => ({
          ...unknown,
          token: vocabularySize + i,
        }))),
  ];
  const data = new Float32Array(table.length * embeddingDim);
  table.forEach((row, slot) => data.set(row.values, slot * embeddingDim));
  return [
    [`${prefix}embeddings.rows`, { shape: [table.length], data: Float32Array.from(table, ({ token }) => token) }],
    [`${prefix}embeddings.values`, { shape: [table.length, embeddingDim], data }],
  ];
};

/** The prefixes of the tables of embeddings of a wide GRU. */
const prefixesOf = ({ members }: WideGruConfig): readonly string[] =>
  members === undefined ? [''] : Array.from({ length: members }, (_, member) => memberPrefix(member));

/**
 * Adds embeddings for more tokens to a trained model, or cuts its vocabulary to the first tokens.
 *
 * An added token starts with the embedding of the unknown token, so the model's predictions stay the same, bit by bit,
 * until it learns. A linear model is rejected: it has no vocabulary, and accepts new words unchanged. Call this before
 * the classifier is made, because a classifier's size is fixed. To save what a growing vocabulary has learnt as a
 * normal model, cut the model to `toTokenizer().size` and save that tokenizer with it.
 *
 * @param model the configuration and the weights, which do not change
 * @param size the new number of tokens, including padding and unknown: a growing vocabulary's `size`
 * @param unknownIndex the index of the unknown token. Default 1
 * @returns configuration and weights of that size; the other weights are not copied
 * @throws HeadwaterError `HW_USAGE` when the size would remove the padding or the unknown token, or is not a whole
 * number; for a linear model; for weights of another configuration
 *
 * @example
 * ```ts
 * import { classifier, classifierConfig, resizeVocabulary } from 'headwater';
 * const small = classifier(classifierConfig({ vocabularySize: 50, classes: 2, hiddenDim: 8 }), { seed: 1234 });
 * const { config, weights } = resizeVocabulary({ config: small.config, weights: small.stateDict() }, 60);
 * const large = classifier(config, { seed: 1234, weights });
 * large.config.vocabularySize; // 60
 * small.dispose();
 * large.dispose();
 * ```
 */
export const resizeVocabulary = <Config extends ModelConfig>(
  artifacts: ResizableModel<Config>,
  size: number,
  unknownIndex = 1,
): ResizableModel<Config> => {
  checkArtifactsArgument('resizeVocabulary', artifacts);
  const { config, weights } = artifacts;

  const { tokens } = inputsOf(config);
  if (tokens === undefined)
    throw new HeadwaterError(
      'HW_USAGE',
      'resizeVocabulary: a linear model reads hashed features and has no vocabulary. It takes new words as it is.',
    );
  if (!Number.isSafeInteger(size) || size <= Math.max(tokens.padIndex, unknownIndex))
    throw wrongValue(
      'resizeVocabulary',
      'size',
      size,
      `a whole number above the padding token's index, ${tokens.padIndex}, and the unknown one's, ${unknownIndex}`,
    );
  const by = { size, unknownIndex };
  const renewed = (of: ModelConfig, prefix: string): readonly (readonly [string, Weight])[] => {
    if (isLessonConfig(of)) return [['embeddings.weight', resizedMatrix(weights, of, by)]];
    switch (of.architecture) {
      case 'linear':
        return [];
      case 'wide-gru':
        return prefixesOf(of).flatMap((member) => resizedTable(weights, prefix + member, of, by));
      case 'sum':
        return renewed(of.network, 'network.');
    }
  };
  return {
    config:
      'network' in config
        ? { ...config, network: { ...config.network, vocabularySize: size } }
        : { ...config, vocabularySize: size },
    weights: new Map([...weights, ...renewed(config, '')]),
  };
};
