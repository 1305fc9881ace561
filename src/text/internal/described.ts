import { excerpt } from '../../contracts/messages/excerpt.js';

/**
 * A short description of a value. Arrays and objects are not written out, because a damaged file may nest them deeper
 * than the call stack allows.
 */
export const described = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : excerpt(JSON.stringify(value));
};
