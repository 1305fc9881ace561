import type { Vocabulary } from '../../../contracts/live/Learning.js';
import type { Trainable } from '../../../contracts/models/Trainable.js';
import type { TextPath } from '../../../text/textPath.js';
import { padRows } from '../../batches/padRows.js';
import { encodeRow } from '../../rows/internal/encodedText.js';

/** A model with attention, and how it reads. */
interface AttentionOptions {
  readonly model: Trainable;
  readonly tokenizer: Vocabulary;
  readonly path: TextPath;
}

/** The tokens of a preprocessed text. */
const tokensOf = (text: string, charLevel: boolean): readonly string[] =>
  text === '' ? [] : charLevel ? Array.from(text) : text.split(' ');

/** The position from `start` on at which `part` stands in `tokens`; −1 if it does not. */
const find = (tokens: readonly string[], part: readonly string[], start: number): number => {
  for (let at = start; at + part.length <= tokens.length; at++)
    if (part.every((token, i) => tokens[at + i] === token)) return at;
  return -1;
};

/**
 * The share of a title's attention that each of its words gets: the sum over the tokens of the word. Tokens that belong
 * to no word, such as punctuation, keep their share, so the shares of the words may add up to less than 1.
 *
 * @param words the words of the title, in its order
 * @returns undefined if the model has no attention; 0 for a word that the model does not read
 */
export const attentionOfWords = (
  { model, tokenizer, path: { steps, textOf } }: AttentionOptions,
  title: string,
  words: readonly string[],
): readonly number[] | undefined => {
  if (model.attention === undefined) return undefined;
  const text = textOf(title);
  const batch = padRows([{ ...encodeRow(tokenizer, text), id: 0 }], tokenizer.padIndex);
  const shares = model.attention(batch);
  const tokens = tokensOf(text, steps.charLevel);
  let next = 0;
  return words.map((word) => {
    const part = tokensOf(textOf(word), steps.charLevel);
    const at = part.length === 0 ? -1 : find(tokens, part, next);
    if (at === -1) return 0;
    next = at + part.length;
    return shares.subarray(at, next).reduce((sum, share) => sum + share, 0);
  });
};
