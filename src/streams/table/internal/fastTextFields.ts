import type { FieldsOfLine } from './LinesReader.js';

// A comma after the label comes from a table with delimiters.
const LABELS = /^\s*((?:__label__\S+\s+)*__label__[^\s,]+)(?:\s+|,\s*)/;
const LABELS_LAST = /\s((?:__label__\S+\s+)*__label__\S+)\s*$/;

const named = (labels: string): string =>
  labels
    .split(/\s+/)
    .map((label) => label.slice('__label__'.length))
    .join(', ');

/** The fields of a line in fastText's format: `__label__Sports Late goal wins the cup`. */
export const fastTextFields: FieldsOfLine = (line) => {
  const found = LABELS.exec(line) ?? LABELS_LAST.exec(line);
  if (found === null) return { expected: 'a line such as "__label__NAME text"' };
  const fields = Object.create(null) as Record<string, string>;
  fields['label'] = named(found[1]!);
  fields['text'] = line.replace(found[0], '').trim();
  return fields;
};
