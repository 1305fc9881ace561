import { checkArgument } from '../contracts/checkArgument.js';
import type { LearningVocabulary, Vocabulary } from '../contracts/live/Learning.js';
import type { EncodedText } from '../contracts/rows/Row.js';
import type { WideFeatures } from './features/wideFeatures.js';
import type { TextSteps } from './TextSteps.js';
import type { WordVectors } from './vectors/WordVectors.js';

/** Splits a text into tokens, for example a `Tokenizer` or a `growingVocabulary`. */
type TokenSource = Vocabulary & {
  /** Whether tokens are characters instead of words. Default false. */
  readonly charLevel?: boolean | undefined;
};

/** The parts of a row encoder. */
export interface RowEncoderOptions<V extends TokenSource = TokenSource> {
  /** Maps each token to its index. */
  readonly tokenizer: V;
  /**
   * Changes a text before the tokenizer reads it. It does not affect vectors and features: these are looked up in the
   * text as written, and in lower case where that is not found. Use the `lookUp` of a `textPath`. It must not change
   * the number of tokens. Default: the text is unchanged.
   */
  readonly lookUp?: ((text: string) => string) | undefined;
  /** Provide each token's vector, also for words that did not occur in training. Default: rows have no vector ids. */
  readonly vectors?: WordVectors | undefined;
  /** Provide the text's hashed features. Default: rows have none. */
  readonly features?: WideFeatures | undefined;
  /** The text steps; `maxTokens` limits the number of tokens, and of vectors, of a text. Default: no limit. */
  readonly text?: Pick<TextSteps, 'maxTokens'> | undefined;
}

const same = (text: string): string => text;

const learns = (tokenizer: TokenSource): tokenizer is TokenSource & LearningVocabulary => 'learn' in tokenizer;

/** Encodes a text as the complete input of a model. */
export interface RowEncoder extends Vocabulary {
  readonly vectors: WordVectors | undefined;
  readonly features: WideFeatures | undefined;
  encodeText(text: string): EncodedText;
}

/**
 * Makes an encoder that turns a text into the input of a model: token indices, the vector of each token, and hashed
 * features.
 *
 * It can be used wherever a tokenizer can: in `tokenize`, in `batches` as `encoder`, in `classifyLive`,
 * `explainHeadlines` and `prequential`. So a word that did not occur in the train rows, and has the unknown token's
 * index, still gets the same vector everywhere. An encoder of a learning vocabulary also learns.
 *
 * It keeps no texts. It is pure if the tokenizer is.
 *
 * @param options the tokenizer, and the other inputs
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
 *
 * @example
 * ```ts
 * import { from, lastValueFrom, of } from 'rxjs';
 * import { collectVectors, rowEncoder, Tokenizer } from 'headwater';
 * const tokenizer = await lastValueFrom(of('ferry returns').pipe(Tokenizer.fit()));
 * const vectors = await lastValueFrom(
 *   from([{ word: 'harbour', values: Float32Array.of(1, 2) }]).pipe(collectVectors()),
 * );
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
