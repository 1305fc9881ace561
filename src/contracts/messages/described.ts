import { excerpt } from './excerpt.js';

/**
 * A short description of a parsed JSON value, for a message. Arrays and objects are not written out, because their
 * nesting may be deeper than the call stack allows.
 *
 * @param absent the word for undefined
 */
export const described = (value: unknown, absent = 'missing'): string => {
  if (value === undefined) return absent;
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : excerpt(JSON.stringify(value));
};
