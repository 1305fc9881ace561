/** What JavaScript makes of `İ`: an i with a second dot. */
const DOTTED = 'i\u0307';

/**
 * A text in the case that words are looked up in: lower case by the tables of Unicode, whatever the locale is.
 *
 * Words of one spelling agree, however they are capitalized, also in Greek: a capital sigma at the end of a word becomes
 * `ς`, as it is written there. What it does not do: `ß` stays and is no `ss`, and capitals of `ı` become `i`, as in all
 * languages but Turkish and Azerbaijani; the Turkish `İ` becomes a plain `i`. Spaces stay where they are, so a text has
 * as many words as before. A text that was folded stays as it is.
 *
 * @param text words one space apart
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
