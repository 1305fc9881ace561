import { titleText, type TitleMarkup } from './titleText.js';

/** As long as a long headline. */
const LONGEST = 140;

// An item may have a whole article in it, and its first words are near its beginning.
const LOOKED_AT = 20_000;

/**
 * The first words of a text, to stand for a headline: the first 140 characters of its plain text, cut between two words,
 * with an ellipsis where it goes on.
 */
export const firstWords = (written: string, markup: TitleMarkup): string => {
  const line = titleText(written.slice(0, LOOKED_AT), markup);
  const characters = Array.from(line);
  if (characters.length <= LONGEST) return line;
  const beginning = characters.slice(0, LONGEST - 1).join('');
  const cut = beginning.lastIndexOf(' ');
  // Languages that put no spaces are cut where the room ends.
  return `${(cut > LONGEST / 2 ? beginning.slice(0, cut) : beginning).replace(/[\s,;:–—-]+$/u, '')}…`;
};
