import { excerpt } from './excerpt.js';

/**
 * Lists names in quotes for a message. Long names are cut, and only the first names are listed where there are many:
 * `"Business", "Sports" and 12 more`.
 *
 * @param names any names
 * @param most the largest number of names that are listed
 * @param longest the largest number of UTF-16 units of a name
 */
export const listNames = (names: readonly string[], most = 10, longest?: number): string => {
  const shown = names.slice(0, most).map((name) => JSON.stringify(excerpt(name, longest)));
  const left = names.length - shown.length;
  return left === 0 ? shown.join(', ') : `${shown.join(', ')} and ${left} more`;
};
