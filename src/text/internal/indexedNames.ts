import * as t from 'io-ts';
import { excerpt } from '../../contracts/messages/excerpt.js';
import { described } from '../../contracts/messages/described.js';

/** Names to indices as in JSON: an object without a prototype, because a name may be `__proto__`. */
export const indicesByName = (names: readonly string[]): Readonly<Record<string, number>> => {
  const indices = Object.create(null) as Record<string, number>;
  names.forEach((name, index) => (indices[name] = index));
  return indices;
};

/**
 * The codec of an object from names to the indices 0 to n − 1, each index once. Decoded, it is the list of names in the
 * order of their indices.
 *
 * The order of the object's keys does not matter: `JSON.parse` puts keys that look like numbers first.
 */
export const indexedNames = new t.Type<readonly string[], Readonly<Record<string, number>>>(
  'an object from names to the indices 0, 1, 2, …',
  (value): value is readonly string[] =>
    Array.isArray(value) && value.every((name) => typeof name === 'string') && new Set(value).size === value.length,
  (value, context) => {
    if (!t.UnknownRecord.is(value)) return t.failure(value, context);
    const entries = Object.entries(value);
    const names = new Array<string | undefined>(entries.length).fill(undefined);
    for (const [name, index] of entries) {
      const free =
        typeof index === 'number' &&
        Number.isInteger(index) &&
        index >= 0 &&
        index < names.length &&
        names[index] === undefined;
      if (!free) {
        const why =
          `${JSON.stringify(excerpt(name))} has the index ${described(index)}, but ` +
          `${names.length} names take the indices 0 to ${names.length - 1}, each once`;
        return t.failure(value, context, why);
      }
      names[index] = name;
    }
    // There are as many names as indices, and no index occurs twice, so every index has a name.
    return t.success(names.filter((name) => name !== undefined));
  },
  indicesByName,
);
