/**
 * The tokens of a text: its words, or its characters.
 *
 * Words are what stands between single spaces, so an empty text has one word, the empty one, and two spaces in a row have an empty word between them:
 * JavaScript's `split` and Python's agree there. Characters are code points, as in Python, not UTF-16 units; an empty text has none.
 *
 * @param text a preprocessed text
 * @param charLevel whether the tokens are characters
 */
export const splitTokens = (text: string, charLevel: boolean): string[] => (charLevel ? Array.from(text) : text.split(' '));
