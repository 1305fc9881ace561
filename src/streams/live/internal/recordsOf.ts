import { isJson } from '../../internal/isJson.js';
import { isObject } from '../../internal/isObject.js';

/** Whether a text begins like a JSON object. */
export const isObjectText = (text: string): boolean => /^\s*\{/.test(text);

/** Whether a text is a JSON array. A title may begin with a bracket: `[Update] Ferry back`. */
export const isArrayText = (text: string): boolean => /^\s*\[/.test(text) && isJson(text);

/** A JSON value as text; undefined if its nesting is deeper than the call stack allows. */
const written = (value: unknown): string | undefined => {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
};

/** The elements of a JSON array as records; the whole array if an element can be no record. */
const elementsOf = (text: string): readonly string[] => {
  const elements = JSON.parse(text) as readonly unknown[];
  const records = elements
    .map((element) => (typeof element === 'string' ? element : isObject(element) ? written(element) : undefined))
    .filter((record) => record !== undefined);
  return records.length === elements.length ? records.filter((record) => record.trim() !== '') : [text];
};

/**
 * The records in a message: each is a JSON object or a title. Blank lines are not records.
 *
 * Each line is one record, except that a JSON object or array may span several lines. The elements of an array are
 * records of their own. A broken object of several lines is one record as a whole, so that its lines do not become
 * titles.
 */
export const recordsOf = (message: string): readonly string[] => {
  if (isArrayText(message)) return elementsOf(message);
  const lines = message.split(/\r\n|\n|\r/).filter((line) => line.trim() !== '');
  if (lines.length < 2) return lines;
  if (isObjectText(message)) return lines.every(isObjectText) && !isJson(message) ? lines : [message];
  return lines.flatMap((line) => (isArrayText(line) ? elementsOf(line) : [line]));
};
