/** How many colours marbles have (the style sheet names them). */
const HUES = 6;

/** The number of a marble's colour, from 0: the same for the same text. */
export const hueOf = (text: string): number =>
  Array.from(text).reduce((sum, sign) => sum + (sign.codePointAt(0) ?? 0), 0) % HUES;
