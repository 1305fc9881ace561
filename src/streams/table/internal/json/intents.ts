import { isLabelName } from '../../columnNames.js';
import { isObject } from '../../../internal/isObject.js';
import { isRow, isRows, type JsonObject, type JsonRow } from './jsonRow.js';

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');

/** Common names of the list of texts of one class in intent files. */
const EXAMPLES = [
  'patterns',
  'examples',
  'utterances',
  'sampleUtterances',
  'samples',
  'trainingPhrases',
  'training_phrases',
  'phrases',
  'texts',
  'sentences',
  'questions',
];

/** The row of an example: a text, or an object with its text or the parts of its text. */
const exampleRow = (example: unknown, named: JsonObject): JsonObject => {
  if (!isObject(example)) return { text: example, ...named };
  const parts = Object.values(example).find((value) => isRows(value));
  return parts === undefined || 'text' in example ? { ...example, ...named } : { text: parts, ...named };
};

/** `{ "tag": "greeting", "patterns": ["hi", "hello"] }`: one row per pattern. */
export const withEachExample = (rows: readonly JsonRow[]): readonly JsonRow[] => {
  const key = EXAMPLES.find((name) => rows.every((row) => isObject(row) && Array.isArray(row[name])));
  if (key === undefined) return rows;
  return rows.flatMap((row) => {
    const { [key]: texts, ...others } = row as JsonObject;
    const named = Object.fromEntries(Object.entries(others).filter(([, value]) => !isRow(value)));
    return (texts as readonly unknown[]).map((text) => exampleRow(text, named));
  });
};

/**
 * `{ "greeting": { "utterances": [{ "data": [{ "text": "hi" }] }] }, … }`, or without the inner object: a list of
 * examples for each class. Each list has rows with the same keys, and none of them says a class.
 */
export const ofIntents = (document: JsonObject): readonly JsonRow[] | undefined => {
  const lists = Object.entries(document).map(([label, value]) => {
    const key = isObject(value) ? EXAMPLES.find((name) => Array.isArray(value[name])) : undefined;
    return [label, key === undefined ? value : (value as JsonObject)[key]] as const;
  });
  const rows = lists.flatMap(([label, texts]) =>
    isTexts(texts) || isRows(texts) ? texts.map((text: unknown) => [label, text] as const) : [],
  );
  if (rows.some(([, text]) => Array.isArray(text))) return undefined;
  const keys = rows.map(([, text]) => (isObject(text) ? Object.keys(text).toSorted().join(' ') : ''));
  const isSame = keys.every((each) => each === keys[0]) && !(keys[0] ?? '').split(' ').some(isLabelName);
  if (lists.length < 2 || !isSame || !lists.every(([, texts]) => isTexts(texts) || isRows(texts))) return undefined;
  return rows.map(([label, text]) => exampleRow(text, { label }));
};

/** The intents of a document that has them by name: `{ "language": "en", "intents": { … } }`. */
export const namedIntents = ({ intents }: JsonObject): readonly JsonRow[] | undefined =>
  isObject(intents) ? ofIntents(intents) : undefined;
