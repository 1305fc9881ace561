import { isObject } from '../../internal/isObject.js';
import type { FieldsOfLine } from './LinesReader.js';

/** How deep objects within a line are opened: deeper ones stay JSON. */
const DEEPEST = 4;

/** The most fields of one line: what comes after them stays JSON. */
const MOST_FIELDS = 10_000;

const NO_OBJECT = { expected: 'one JSON object or array a line' };

/** A value of JSON as a field: what is no text is written as JSON, and nothing is left of null. */
const fieldOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) {
    const parts: readonly unknown[] = value;
    // Several labels; one in an array is that one.
    if (parts.every((part) => typeof part === 'string' || typeof part === 'number')) return parts.join(', ');
  }
  return JSON.stringify(value);
};

/** Puts the values of an object among the fields, those of objects in it by their path: `{ "a": { "b": 1 } }` has `a.b`. */
const addFields = (
  fields: Record<string, string>,
  object: Readonly<Record<string, unknown>>,
  path: string,
  depth: number,
  count: number,
): number => {
  let all = count;
  for (const [key, value] of Object.entries(object)) {
    const name = path + key;
    if (isObject(value) && depth < DEEPEST && all < MOST_FIELDS)
      all = addFields(fields, value, `${name}.`, depth + 1, all);
    // A key that is written with a dot is the field itself, and not one in an object.
    else if (path === '' || !(name in fields)) {
      fields[name] = fieldOf(value);
      all += 1;
    }
  }
  return all;
};

/** An array as an object: its values by their numbers, from 1. */
const numbered = (values: readonly unknown[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(values.map((value, i) => [String(i + 1), value]));

/** The fields of a line that is one JSON object, or an array: its fields are called by their numbers. Those of objects within it are named by their path: `data.title`. */
export const jsonFields: FieldsOfLine = (line) => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return NO_OBJECT;
  }
  const object = Array.isArray(value) ? numbered(value) : value;
  if (!isObject(object)) return NO_OBJECT;
  const fields = Object.create(null) as Record<string, string>;
  addFields(fields, object, '', 1, 0);
  return fields;
};
