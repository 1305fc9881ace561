import type { Vocabulary } from '../contracts/Learning.js';

/**
 * The token indices of a preprocessed text; the unknown token where none is left, since a row of a batch has at least
 * one.
 */
export const tokensOf = (tokenizer: Vocabulary, text: string): Int32Array => {
  const tokens = tokenizer.encode(text);
  return tokens.length === 0 ? Int32Array.of(tokenizer.unknownIndex) : tokens;
};
