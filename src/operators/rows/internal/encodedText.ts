import type { Vocabulary } from '../../../contracts/live/Learning.js';
import type { EncodedText } from '../../../contracts/rows/Row.js';

/**
 * All that a model reads of a preprocessed text. Every operator that makes rows or batches of texts asks here, so that
 * training, evaluation and live classification read the same of a text.
 */
export const encodeText = (vocabulary: Vocabulary, text: string): EncodedText =>
  vocabulary.encodeText?.(text) ?? { tokens: vocabulary.encode(text) };

/**
 * The same for a row of a batch, which has at least one token: a text that has none left gets the unknown token, which
 * has no vector.
 */
export const encodeRow = (vocabulary: Vocabulary, text: string): EncodedText => {
  const encoded = encodeText(vocabulary, text);
  return encoded.tokens.length === 0 ? withUnknown(encoded, vocabulary.unknownIndex) : encoded;
};

/** A text without tokens, with the unknown token in their place. */
export const withUnknown = <E extends EncodedText>(encoded: E, unknownIndex: number): E => ({
  ...encoded,
  tokens: Int32Array.of(unknownIndex),
  ...(encoded.vectorIds === undefined ? {} : { vectorIds: Int32Array.of(0) }),
});

/** The first tokens of a text, and their vectors; its features stay those of the whole text. */
export const truncated = <E extends EncodedText>(encoded: E, length: number): E => ({
  ...encoded,
  tokens: encoded.tokens.subarray(0, length),
  ...(encoded.vectorIds === undefined ? {} : { vectorIds: encoded.vectorIds.subarray(0, length) }),
});

/** What is read of a text and nothing else: what a row carries besides stays behind. */
export const encodedOf = ({ tokens, vectorIds, features }: EncodedText): EncodedText =>
  vectorIds === undefined && features === undefined ? { tokens } : { tokens, vectorIds, features };

/** How many tokens of a text a model knows: those with a trained index or a vector. */
export const knownTokens = ({ tokens, vectorIds }: EncodedText, unknownIndex: number): number => {
  let known = 0;
  for (let i = 0; i < tokens.length; i++) if (tokens[i] !== unknownIndex || (vectorIds?.[i] ?? 0) > 0) known++;
  return known;
};
