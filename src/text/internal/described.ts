import { excerpt } from '../../contracts/messages/excerpt.js';

/**
 * A value in a few words. Arrays and objects are not written out: a damaged file may nest them deeper than the stack
 * is.
 */
export const described = (value: unknown): string => {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : excerpt(JSON.stringify(value));
};
