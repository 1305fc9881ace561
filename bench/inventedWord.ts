import { createHash } from 'node:crypto';

const CONSONANTS = 'bdfgklmnprstvz';
const VOWELS = 'aeiou';

/**
 * The word that stands for another one, always the same for the same seed: four syllables by its hash, after letters
 * that no English word begins with.
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
