import { checkArtifactsArgument } from './internal/checkArtifactsArgument.js';
import { checkOptions, checkTypes, checkWhole } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { entriesUnder } from '../internal/entriesUnder.js';
import type { Artifacts } from './Artifacts.js';
import { inputsOf, isLessonConfig } from './ModelConfig.js';
import { resizeVocabulary } from './resizeVocabulary.js';

/** The parts of a model that are kept. */
export interface SmallerOptions {
  /**
   * The number of words that the vocabulary keeps, the most frequent ones, and of word vectors. Other words become
   * unknown. Default: all.
   */
  readonly words?: number | undefined;
  /** Whether only the linear part of a sum is kept. Default false. */
  readonly linear?: boolean | undefined;
}

/** The linear part, with its own temperature. */
const linearPart = (artifacts: Artifacts): Artifacts => {
  const { config, weights, features } = artifacts;
  if (isLessonConfig(config) || config.architecture === 'wide-gru')
    throw new HeadwaterError(
      'HW_USAGE',
      'This model has no linear part that was trained separately: it is a network. Give a model ' +
        'that was saved as linear, or as the sum of a network and a linear model.',
    );
  if (config.architecture === 'linear') return artifacts;
  return {
    config: config.linear,
    weights: entriesUnder('linear.', weights),
    text: artifacts.text,
    tokenizer: artifacts.tokenizer,
    features,
    labelEncoder: artifacts.labelEncoder,
  };
};

const fewerWords = (artifacts: Artifacts, words: number): Artifacts => {
  const { config, weights, tokenizer, vectors } = artifacts;
  // Padding and unknown are not words.
  const size = Math.max(words + 2, tokenizer.unknownIndex + 1);
  const cut = size < tokenizer.size;
  const fewerVectors = vectors !== undefined && words < vectors.size;
  if (!cut && !fewerVectors) return artifacts;
  const resized =
    cut && inputsOf(config).tokens !== undefined
      ? resizeVocabulary({ config, weights }, size, tokenizer.unknownIndex)
      : { config, weights };
  return {
    ...resized,
    text: artifacts.text,
    tokenizer: cut ? tokenizer.first(size) : tokenizer,
    features: artifacts.features,
    vectors: fewerVectors ? vectors.first(words) : vectors,
    labelEncoder: artifacts.labelEncoder,
  };
};

/**
 * Makes a smaller model of the same classes: with fewer words, or with the linear part alone. Its scores differ, so the
 * scores of the whole model are left out. Measure the smaller model with `evaluate`.
 *
 * @param artifacts the whole model, which does not change
 * @param options `words`, `linear`
 * @throws HeadwaterError `HW_USAGE` when `words` is not a whole number of at least 1, or there is no linear part
 *
 * @example
 * ```ts
 * import { lastValueFrom, of } from 'rxjs';
 * import { classifier, classifierConfig, LabelEncoder, smallerArtifacts, Tokenizer } from 'headwater';
 *
 * const tokenizer = await lastValueFrom(of('ferry returns to port', 'ferry sinks').pipe(Tokenizer.fit()));
 * const labelEncoder = LabelEncoder.of(['Sports', 'World']);
 * const model = classifier(classifierConfig({ vocabularySize: tokenizer.size, classes: 2, hiddenDim: 8 }), {
 *   seed: 1,
 * });
 * const whole = { config: model.config, weights: model.stateDict(), tokenizer, labelEncoder };
 * smallerArtifacts(whole, { words: 1 }).tokenizer.tokens; // ['<PAD>', '<UNK>', 'ferry']
 * model.dispose();
 * ```
 */
export const smallerArtifacts = (artifacts: Artifacts, options: SmallerOptions): Artifacts => {
  checkArtifactsArgument('smallerArtifacts', artifacts);
  checkOptions('smallerArtifacts', options, 'artifacts, { words: 10_000 }');
  checkTypes('smallerArtifacts', options, { linear: 'boolean' });
  const { words, linear = false } = options;
  if (words !== undefined) checkWhole('smallerArtifacts', 'words', words, 1);
  const part = linear ? linearPart(artifacts) : artifacts;
  return words === undefined ? part : fewerWords(part, words);
};
