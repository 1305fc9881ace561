import { checkArgument } from '../contracts/checkArgument.js';
import type { LearningVocabulary, Vocabulary } from '../contracts/live/Learning.js';
import type { EncodedText } from '../contracts/rows/Row.js';
import type { WideFeatures } from './features/wideFeatures.js';
import type { TextSteps } from './TextSteps.js';
import type { WordVectors } from './vectors/WordVectors.js';

/** What cuts a text into tokens; a `Tokenizer` or a `growingVocabulary`, say. */
type TokenSource = Vocabulary & {
  /** Whether tokens are characters instead of words. Default false. */
  readonly charLevel?: boolean | undefined;
};

/** What a model reads of a text. */
export interface RowEncoderOptions<V extends TokenSource = TokenSource> {
  /** Gives each token its index. */
  readonly tokenizer: V;
  /**
   * What is done to a text before the tokenizer reads it, and to nothing else: vectors and features are looked up by the
   * text as it is written, and in lower case where that is not there. Give the `lookUp` of a `textPath`. Default: nothing.
   * It must leave the number of tokens as it is.
   */
  readonly lookUp?: ((text: string) => string) | undefined;
  /** Give each token its vector: the words of training and all others. Default: rows have no vector ids. */
  readonly vectors?: WordVectors | undefined;
  /** Give the text its hashed features. Default: rows have none. */
  readonly features?: WideFeatures | undefined;
  /** How texts are read: `maxTokens` of it is the most tokens, and vectors, of a text. Default: no limit. */
  readonly text?: Pick<TextSteps, 'maxTokens'> | undefined;
}

const same = (text: string): string => text;

const learns = (tokenizer: TokenSource): tokenizer is TokenSource & LearningVocabulary => 'learn' in tokenizer;

/** Turns a text into all that a model reads of it. */
export interface RowEncoder extends Vocabulary {
  readonly vectors: WordVectors | undefined;
  readonly features: WideFeatures | undefined;
  encodeText(text: string): EncodedText;
}

/**
 * Makes the one place where a text becomes what a model reads: token indices, the vector of each token, and hashed
 * features.
 *
 * It stands wherever a tokenizer may: in `tokenize`, in `batches` as `encoder`, in `classifyLive`, `explainHeadlines`
 * and `prequential`. So a word that was not in the train rows, and is the unknown token to the tokenizer, has the same
 * vector wherever it comes. Of a vocabulary that learns, the encoder learns too.
 *
 * Holds nothing of the texts. Pure, as far as the tokenizer is.
 *
 * @param options the tokenizer, and what is read besides @example
 * ```ts
 * import { from, lastValueFrom, of } from 'rxjs';
 * import { collectVectors, rowEncoder, Tokenizer } from 'headwater';
 * const tokenizer = await lastValueFrom(of('ferry returns').pipe(Tokenizer.fit()));
 * const vectors = await lastValueFrom(from([{ word: 'harbour', values: Float32Array.of(1, 2) }]).pipe(collectVectors()));
 * rowEncoder({ tokenizer, vectors }).encodeText('ferry harbour');
 * // { tokens: Int32Array [2, 1], vectorIds: Int32Array [0, 1] }: never seen in training, and known all the same
 * ```
 */
export function rowEncoder(
  options: RowEncoderOptions<LearningVocabulary & TokenSource>,
): RowEncoder & LearningVocabulary;
export function rowEncoder(options: RowEncoderOptions): RowEncoder;
export function rowEncoder(options: RowEncoderOptions): RowEncoder {
  checkArgument('rowEncoder', 'options', options, 'an object such as { tokenizer, text }', ['tokenizer']);
  const { tokenizer, lookUp = same, vectors, features, text: steps } = options;

  const { charLevel = false } = tokenizer;
  const most = steps?.maxTokens ?? Infinity;
  const first = (tokens: Int32Array): Int32Array => (tokens.length > most ? tokens.slice(0, most) : tokens);
  const encoder: RowEncoder = {
    vectors,
    features,
    padIndex: tokenizer.padIndex,
    unknownIndex: tokenizer.unknownIndex,
    encode: (text) => first(tokenizer.encode(lookUp(text))),
    encodeText: (text) => ({
      tokens: first(tokenizer.encode(lookUp(text))),
      ...(vectors === undefined ? {} : { vectorIds: first(vectors.idsOf(text, charLevel)) }),
      ...(features === undefined ? {} : { features: features.extract(text) }),
    }),
  };
  if (!learns(tokenizer)) return encoder;
  const learning: RowEncoder & LearningVocabulary = { ...encoder, learn: (text) => tokenizer.learn(lookUp(text)) };
  return learning;
}
