import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { StateDict } from '../../contracts/models/StateDict.js';
import type { ClassifierConfig } from '../ClassifierConfig.js';

/** What a classifier is made of, and its weights. */
export interface ResizableModel {
  readonly config: ClassifierConfig;
  readonly weights: StateDict;
}

/**
 * Gives a trained model embeddings for more tokens, or cuts it to the first of them.
 *
 * A token that is added starts from the embedding of the unknown one, so that the model predicts the same bits as
 * before until it learns. To be made before the classifier: a classifier's size is fixed. Cut back to
 * `toTokenizer().size`, with that tokenizer beside it, what a growing vocabulary has learnt is a model like any other.
 *
 * @param model the configuration and the weights, which stay as they are
 * @param size the number of tokens to have, padding and unknown included: a growing vocabulary's `size`
 * @param unknownIndex the unknown token. Default 1
 * @returns configuration and weights of that size; other weights are not copied
 * @throws HeadwaterError `HW_USAGE` when the size would cut off the padding or the unknown token, or is no whole number
 *   @example
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
export const resizeVocabulary = (
  { config, weights }: ResizableModel,
  size: number,
  unknownIndex = 1,
): ResizableModel => {
  const { padIndex, embeddingDim, vocabularySize } = config;
  if (!Number.isSafeInteger(size) || size <= Math.max(padIndex, unknownIndex)) {
    throw new HeadwaterError(
      'HW_USAGE',
      `resizeVocabulary: size is ${size}, but must be a whole number above the padding token's index, ${padIndex}, and the unknown one's, ${unknownIndex}.`,
    );
  }
  const embeddings = weights.get('embeddings.weight');
  if (embeddings?.data.length !== vocabularySize * embeddingDim) {
    throw new HeadwaterError(
      'HW_USAGE',
      `resizeVocabulary: the weights have no "embeddings.weight" of shape [${vocabularySize}, ${embeddingDim}]. Give the configuration and the weights of one model.`,
    );
  }
  const data = new Float32Array(size * embeddingDim);
  data.set(embeddings.data.subarray(0, data.length));
  const unknown = embeddings.data.subarray(unknownIndex * embeddingDim, (unknownIndex + 1) * embeddingDim);
  for (let token = vocabularySize; token < size; token++) data.set(unknown, token * embeddingDim);
  const resized: StateDict = new Map(
    [...weights].map(([name, weight]) => [
      name,
      name === 'embeddings.weight' ? { shape: [size, embeddingDim], data } : weight,
    ]),
  );
  return { config: { ...config, vocabularySize: size }, weights: resized };
};
