import { createHash } from 'node:crypto';

const CONSONANTS = 'bdfgklmnprstvz';
const VOWELS = 'aeiou';

/**
 * The replacement of a word, always the same for the same seed: four syllables from its hash, after letters with which
 * no English word begins.
 */
export const inventedWord = (seed: number, word: string): string => {
  const bytes = createHash('sha256').update(`${seed}/${word}`).digest();
  const syllables = Array.from(
    { length: 4 },
    (_, i) =>
      `${CONSONANTS[bytes[2 * i]! % CONSONANTS.length] ?? ''}${VOWELS[bytes[2 * i + 1]! % VOWELS.length] ?? ''}`,
  );
  return `zx${syllables.join('')}`;
};
