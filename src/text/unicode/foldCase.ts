/** JavaScript's lower case of `İ`: an i with a second dot. */
const DOTTED = 'i\u0307';

/**
 * Folds the case of a text for word look-ups: lower case by the tables of Unicode, independent of the locale.
 *
 * Words that differ only in case become equal, also in Greek: a capital sigma at the end of a word becomes `ς`, as in
 * lower-case writing. Limits: `ß` stays and does not become `ss`; capitals of `ı` become `i`, as in all languages
 * except Turkish and Azerbaijani; the Turkish `İ` becomes a plain `i`. Spaces stay in place, so the number of words
 * does not change. Folding a folded text does not change it.
 *
 * @param text words separated by one space
 *
 * @example
 * ```ts
 * import { foldCase } from 'headwater';
 * foldCase('İzmir ΟΔΟΣ Straße'); // 'izmir οδος straße'
 * ```
 */
export const foldCase = (text: string): string => {
  const lower = text.toLowerCase();
  return lower.includes(DOTTED) ? lower.replaceAll(DOTTED, 'i') : lower;
};
