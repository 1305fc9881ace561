import { isObject } from '../../../internal/isObject.js';
import { jsonText } from '../../../internal/jsonText.js';
import type { FieldsOfLine } from '../LinesReader.js';
import { parseJson } from '../../parseJson.js';
import { isRow, type JsonObject } from './jsonRow.js';

/** The depth down to which nested objects are flattened. Deeper objects stay JSON. */
const DEEPEST = 4;

/** After this many fields of one line, nested objects are no longer flattened and stay JSON. */
const MOST_FIELDS = 10_000;

const NO_OBJECT = { expected: 'one JSON object or array a line' };

const TOO_DEEP = { expected: 'values that are not nested thousands of levels deep' };

/** A value is nested too deeply to be written as JSON text. */
class TooDeep extends Error {}

/** A JSON value as a field: null becomes an empty string, and other values that are not strings become JSON text. */
const fieldOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) {
    const parts: readonly unknown[] = value;
    const texts = parts.flatMap((part) => (isObject(part) && typeof part['text'] === 'string' ? [part['text']] : []));
    // The parts of a text, as tools for intents write them.
    if (texts.length > 0 && texts.length === parts.length) return texts.join('');
    // An array of strings or numbers, such as several labels, is joined with `, `. An array of one label becomes this
    // label.
    if (parts.every((part) => typeof part === 'string' || typeof part === 'number')) return parts.join(', ');
  }
  const text = jsonText(value);
  if (text === undefined) throw new TooDeep();
  return text;
};

/** The messages of a chat by the role of their author: `{ "user": "…", "assistant": "…" }`. */
const messagesByRole = (messages: readonly JsonObject[]): JsonObject | undefined => {
  const byRole = new Map<string, string[]>();
  for (const { role, content, from, value } of messages) {
    const [author, text] = [role ?? from, content ?? value];
    if (typeof author !== 'string' || typeof text !== 'string') return undefined;
    byRole.set(author, [...(byRole.get(author) ?? []), text]);
  }
  return Object.fromEntries([...byRole].map(([author, texts]) => [author, texts.join('\n')]));
};

/** The members of several objects, such as labels: each with the values of all, `{ "name": "bug, docs" }`. */
const membersOfAll = (objects: readonly JsonObject[]): JsonObject => {
  const [first = {}] = objects;
  const shared = Object.keys(first).filter((key) => objects.every((object) => key in object && !isRow(object[key])));
  return Object.fromEntries(shared.map((key) => [key, objects.map((object) => fieldOf(object[key])).join(', ')]));
};

/** With more objects, an array is not opened: nobody gives a text so many labels. */
const MOST_OBJECTS = 50;

/** An object, or the objects of an array as one, such as the annotations of a text. */
const innerObject = (value: unknown): JsonObject | undefined => {
  if (isObject(value)) return value;
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_OBJECTS || !value.every(isObject))
    return undefined;
  // A text of one part has the same name as a text of several parts.
  if (value.every((part) => typeof part['text'] === 'string')) return undefined;
  return messagesByRole(value) ?? (value.length === 1 ? value[0] : membersOfAll(value));
};

/**
 * Adds the values of an object to `fields`. Values of nested objects are named by their path: `{ "a": { "b": 1 } }` has
 * `a.b`.
 */
const addFields = (
  fields: Record<string, string>,
  object: JsonObject,
  path: string,
  depth: number,
  count: number,
): number => {
  let all = count;
  for (const [key, value] of Object.entries(object)) {
    const name = path + key;
    const inner = innerObject(value);
    if (inner !== undefined && depth < DEEPEST && all < MOST_FIELDS)
      all = addFields(fields, inner, `${name}.`, depth + 1, all);
    // If a top-level key contains a dot, it wins over a nested value with the same path.
    else if (path === '' || !(name in fields)) {
      fields[name] = fieldOf(value);
      all += 1;
    }
  }
  return all;
};

/** An array as an object whose keys are the positions, from 1. */
const numbered = (values: readonly unknown[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(values.map((value, i) => [String(i + 1), value]));

/** The actions of a bulk request of Elasticsearch or OpenSearch. */
const BULK_ACTIONS = new Set(['index', 'create', 'update', 'delete']);

/** `{ "index": { "_id": 7 } }`: in the file of a bulk request, such a line comes before each record. */
const isBulkAction = (object: JsonObject): boolean => {
  const [[action, target] = ['', undefined], ...others] = Object.entries(object);
  if (others.length > 0 || !BULK_ACTIONS.has(action) || !isObject(target)) return false;
  return Object.keys(target).every((key) => key.startsWith('_'));
};

/**
 * The fields of a line that is one JSON object or array. The fields of an array are named by their numbers, and those
 * of nested objects by their path: `data.title`. An action of a bulk request has none: it is no record.
 */
export const jsonFields: FieldsOfLine = (line) => {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    return NO_OBJECT;
  }
  const object = Array.isArray(value) ? numbered(value) : value;
  if (!isObject(object)) return NO_OBJECT;
  if (isBulkAction(object)) return undefined;
  const fields = Object.create(null) as Record<string, string>;
  try {
    addFields(fields, object, '', 1, 0);
  } catch (error) {
    if (error instanceof TooDeep) return TOO_DEEP;
    throw error;
  }
  return fields;
};
