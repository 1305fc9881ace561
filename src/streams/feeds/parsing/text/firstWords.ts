import { plainLine, type TitleMarkup } from './titleText.js';

/** In characters: the length of a long headline. */
const LONGEST = 140;

// In characters. An item may hold a whole article, but its first words are near the start.
const LOOKED_AT = 20_000;

/**
 * The first words of a text, used as its headline: the first 140 characters of its plain text, cut between two words,
 * with an ellipsis if the text continues.
 */
export const firstWords = (written: string, markup: TitleMarkup): string => {
  const line = plainLine(written.slice(0, LOOKED_AT), markup);
  const characters = Array.from(line);
  if (characters.length <= LONGEST) return line;
  const beginning = characters.slice(0, LONGEST - 1).join('');
  const cut = beginning.lastIndexOf(' ');
  // Text without spaces, as in Chinese, is cut at the limit.
  return `${(cut > LONGEST / 2 ? beginning.slice(0, cut) : beginning).replace(/(?<![\s,;:–—-])[\s,;:–—-]+$/u, '')}…`;
};
