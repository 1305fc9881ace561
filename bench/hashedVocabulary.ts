import type { Tokenizer, Vocabulary } from 'headwater';

/** FNV-1a over UTF-16 units. */
const hash = (word: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) h = Math.imul(h ^ word.charCodeAt(i), 0x01000193);
  return (h ^ (h >>> 15)) >>> 0;
};

/**
 * The baseline for a growing vocabulary: every word that the tokenizer does not know gets one of a fixed number of
 * buckets by its hash, from the start. It stores nothing. Words in the same bucket are one word for the model.
 */
export const hashedVocabulary = (tokenizer: Tokenizer, buckets: number): Vocabulary => ({
  padIndex: tokenizer.padIndex,
  unknownIndex: tokenizer.unknownIndex,
  encode: (text) => {
    const ids = tokenizer.encode(text);
    if (!ids.includes(tokenizer.unknownIndex)) return ids;
    const words = text.split(' ');
    return ids.map((id, i) => (id === tokenizer.unknownIndex ? tokenizer.size + (hash(words[i]!) % buckets) : id));
  },
});
