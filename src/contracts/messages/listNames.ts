import { excerpt } from './excerpt.js';

/**
 * Names in quotes for a message, long ones cut, and the first few of them where there are many:
 * `"Business", "Sports" and 12 more`.
 *
 * @param names any names
 * @param most how many are written out
 */
export const listNames = (names: readonly string[], most = 10): string => {
  const shown = names.slice(0, most).map((name) => JSON.stringify(excerpt(name)));
  const left = names.length - shown.length;
  return left === 0 ? shown.join(', ') : `${shown.join(', ')} and ${left} more`;
};
