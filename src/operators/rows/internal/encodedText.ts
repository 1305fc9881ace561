import type { Vocabulary } from '../../../contracts/live/Learning.js';
import type { EncodedText } from '../../../contracts/rows/Row.js';

/**
 * Everything that a model reads of a preprocessed text. Every operator that makes rows or batches of texts calls this,
 * so that training, evaluation and live classification read a text in the same way.
 */
export const encodeText = (vocabulary: Vocabulary, text: string): EncodedText =>
  vocabulary.encodeText?.(text) ?? { tokens: vocabulary.encode(text) };

/**
 * The same for a row of a batch, which has at least one token. A text without tokens gets the unknown token, which has
 * no vector.
 */
export const encodeRow = (vocabulary: Vocabulary, text: string): EncodedText => {
  const encoded = encodeText(vocabulary, text);
  return encoded.tokens.length === 0 ? withUnknown(encoded, vocabulary.unknownIndex) : encoded;
};

/** Replaces the empty tokens of a text with the unknown token. */
export const withUnknown = <E extends EncodedText>(encoded: E, unknownIndex: number): E => ({
  ...encoded,
  tokens: Int32Array.of(unknownIndex),
  ...(encoded.vectorIds === undefined ? {} : { vectorIds: Int32Array.of(0) }),
});

/** The first tokens of a text and their vectors. The features stay those of the whole text. */
export const truncated = <E extends EncodedText>(encoded: E, length: number): E => ({
  ...encoded,
  tokens: encoded.tokens.subarray(0, length),
  ...(encoded.vectorIds === undefined ? {} : { vectorIds: encoded.vectorIds.subarray(0, length) }),
});

/** Only what a model reads of a text, without the row's other fields. */
export const encodedOf = ({ tokens, vectorIds, features }: EncodedText): EncodedText =>
  vectorIds === undefined && features === undefined ? { tokens } : { tokens, vectorIds, features };

/** The number of tokens of a text that a model knows: those with a trained index or a vector. */
export const knownTokens = ({ tokens, vectorIds }: EncodedText, unknownIndex: number): number => {
  let known = 0;
  for (let i = 0; i < tokens.length; i++) if (tokens[i] !== unknownIndex || (vectorIds?.[i] ?? 0) > 0) known++;
  return known;
};
