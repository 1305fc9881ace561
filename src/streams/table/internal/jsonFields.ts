import type { FieldsOfLine } from './LinesReader.js';

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

const NO_OBJECT = { expected: 'one JSON object a line' };

/** The fields of a line that is one JSON object. */
export const jsonFields: FieldsOfLine = (line) => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return NO_OBJECT;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return NO_OBJECT;
  const fields = Object.create(null) as Record<string, string>;
  for (const [key, field] of Object.entries(value)) fields[key] = fieldOf(field);
  return fields;
};
