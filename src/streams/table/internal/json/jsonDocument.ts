import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { isKnownName, isLabelName, isTitleName } from '../../columnNames.js';
import { isObject } from '../../../internal/isObject.js';
import { jsonText } from '../../../internal/jsonText.js';
import { listNames } from '../../../internal/listNames.js';
import { classNamesOf, withClassNames } from '../classLabels.js';
import { parseJson } from '../../parseJson.js';
import { isSideName } from '../sideNames.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** A row of a document: an object, or an array whose fields are named by their numbers. */
type JsonRow = JsonObject | readonly unknown[];

const isRow = (value: unknown): value is JsonRow => isObject(value) || Array.isArray(value);

const isRows = (value: unknown): value is readonly JsonRow[] =>
  Array.isArray(value) && value.length > 0 && value.every(isRow);

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');

/** `{ "columns": ["text", "label"], "data": [["a", "b"], …] }`: pandas' `orient="split"`. */
const ofSplit = ({ columns, data }: JsonObject): readonly JsonRow[] | undefined => {
  if (!Array.isArray(columns) || !isRows(data)) return undefined;
  const names = columns.map(String);
  return data.map((row) =>
    Array.isArray(row) ? Object.fromEntries(names.map((name, i) => [name, (row as readonly unknown[])[i]])) : row,
  );
};

/**
 * `{ "text": { "0": "a", … }, "label": { "0": "b", … } }`: the default format of pandas. Each column has the same keys,
 * and there are more keys than columns.
 */
const ofColumns = (document: JsonObject): readonly JsonRow[] | undefined => {
  const columns = Object.entries(document);
  const [, first] = columns[0] ?? [];
  if (!isObject(first)) return undefined;
  const keys = Object.keys(first);
  if (columns.length < 2 || keys.length <= columns.length) return undefined;
  const objects = columns.flatMap(([name, values]) => (isObject(values) ? [[name, values] as const] : []));
  if (objects.length < columns.length || !objects.every(([, values]) => keys.every((key) => key in values)))
    return undefined;
  return keys.map((key) => Object.fromEntries(objects.map(([name, values]) => [name, values[key]])));
};

/**
 * `{ "0": { "text": "a", "label": "b" }, … }`: one row per key. The rows have at least one key in common. Others can be
 * missing, as databases leave out empty values.
 */
const ofIndex = (document: JsonObject): readonly JsonRow[] | undefined => {
  const rows = Object.values(document);
  if (rows.length < 2 || !rows.every(isObject)) return undefined;
  const keys = new Set(rows.flatMap(Object.keys));
  const shared = [...keys].filter((key) => rows.every((row) => key in row));
  const isTable = shared.length > 1 || (shared.length === 1 && keys.size > 1 && keys.size < rows.length);
  return isTable ? rows : undefined;
};

/** A list of classes has at least this many values for each different one. */
const CLASS_REPEATS = 3;

const repeats = (values: readonly unknown[]): boolean => new Set(values).size * CLASS_REPEATS <= values.length;

/**
 * `{ "text": ["a", …], "label": ["b", …] }`: columns as arrays of equal length. At least one of them has a known
 * name, or there are two, and one holds classes.
 */
const ofLists = (document: JsonObject): readonly JsonRow[] | undefined => {
  const columns = Object.entries(document);
  const first: unknown = columns[0]?.[1];
  if (columns.length < 2 || !Array.isArray(first) || first.some(isRow)) return undefined;
  const lists = columns.flatMap(([name, values]) =>
    Array.isArray(values) && values.length === first.length ? [[name, values as readonly unknown[]] as const] : [],
  );
  if (lists.length < columns.length) return undefined;
  const isPair = lists.length === 2 && lists.filter(([, values]) => repeats(values)).length === 1;
  if (!isPair && !columns.some(([name]) => isKnownName(name))) return undefined;
  return first.map((_, i) => Object.fromEntries(lists.map(([name, values]) => [name, values[i]])));
};

/** `{ "late goal wins": "sports", … }`: a class for each text. */
const ofPairs = (document: JsonObject): readonly JsonRow[] | undefined => {
  const pairs = Object.entries(document);
  if (!pairs.every(([, label]) => typeof label === 'string') || !repeats(pairs.map(([, label]) => label)))
    return undefined;
  return pairs.map(([text, label]) => ({ text, label }));
};

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
const withEachExample = (rows: readonly JsonRow[]): readonly JsonRow[] => {
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
const ofIntents = (document: JsonObject): readonly JsonRow[] | undefined => {
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
const namedIntents = ({ intents }: JsonObject): readonly JsonRow[] | undefined =>
  isObject(intents) ? ofIntents(intents) : undefined;

/**
 * `{ "meta": { "view": { "columns": [{ "name": "Title" }, …] } }, "data": [["a", …], …] }`, as servers of public data
 * answer (Socrata).
 */
const ofDescribedData = ({ meta, data }: JsonObject): readonly JsonRow[] | undefined => {
  const view = isObject(meta) ? meta['view'] : undefined;
  const columns = isObject(view) ? view['columns'] : undefined;
  if (!Array.isArray(columns) || !columns.every((column) => isObject(column) && typeof column['name'] === 'string'))
    return undefined;
  return ofSplit({ columns: (columns as readonly JsonObject[]).map((column) => column['name']), data });
};

/**
 * `{ "features": […], "rows": [{ "row_idx": 0, "row": { … } }] }`, as the server of Hugging Face answers: the value of
 * `row` in each row, with the names of the classes.
 */
const inner = (rows: readonly JsonRow[], features?: unknown): readonly JsonRow[] => {
  if (!rows.every((row) => isObject(row) && isObject(row['row']))) return rows;
  const names = classNamesOf(features);
  return rows.map((row) => withClassNames((row as JsonObject)['row'] as JsonObject, names));
};

/** The largest depth of the array of rows. */
const DEEPEST = 6;

/** The rows of an object that has them as columns, or by a key each. */
const ofTable = (document: JsonObject): readonly JsonRow[] | undefined =>
  ofSplit(document) ?? ofColumns(document) ?? ofIndex(document);

/** The longest list of rows in a document: an array, or a table in another form. */
const longestRows = (document: JsonObject, depth = 1): readonly JsonRow[] =>
  Object.values(document)
    .map((value) => {
      if (isRows(value)) return value;
      if (!isObject(value) || depth >= DEEPEST) return [];
      return longer(longestRows(value, depth + 1), ofTable(value) ?? []);
    })
    .reduce(longer, []);

/** The longer list; the first if both are of one length. */
const longer = (rows: readonly JsonRow[], others: readonly JsonRow[]): readonly JsonRow[] =>
  others.length > rows.length ? others : rows;

/** The number of a text and a class that the names in an object tell: 0 to 2. */
const toldBy = (row: JsonRow, depth = 1): number => {
  const names = namesIn(row, depth);
  return Number(names.some(isTitleName)) + Number(names.some(isLabelName));
};

/** The names in an object, and in the objects in it down to a depth. */
const namesIn = (row: JsonRow, depth: number): readonly string[] =>
  Object.entries(row).flatMap(([name, value]) =>
    isRow(value) ? (depth > 1 ? namesIn(value, depth - 1) : []) : [name],
  );

/** With more rows in it, an object is no row itself: nobody gives a text so many authors or entities. */
const MOST_PARTS = 50;

/**
 * Whether an object is a row itself, and the rows in it are parts of it: `{ "title": "a", "authors": [{ … }, { … }] }`.
 * Its own names tell more than theirs.
 */
const isOneRow = (document: JsonObject, [first, ...others]: readonly JsonRow[]): boolean =>
  first !== undefined && others.length < MOST_PARTS && toldBy(document) > toldBy(first, DEEPEST);

/** The sides of a split that a document contains. Each is a table of its own. */
const sidesOf = (document: unknown): readonly string[] =>
  isObject(document) ? Object.keys(document).filter((key) => isSideName(key) && isRows(document[key])) : [];

/**
 * The rows of a JSON document: an array of rows, columns, lists of texts by class, or an object that contains an array
 * of rows. Empty if there are none.
 */
const rowsOfDocument = (document: unknown): readonly JsonRow[] => {
  if (isRows(document)) return inner(withEachExample(document));
  if (!isObject(document)) return [];
  const longest = longestRows(document);
  if (isOneRow(document, longest)) return [document];
  return (
    ofSplit(document) ??
    ofDescribedData(document) ??
    ofLists(document) ??
    ofIntents(document) ??
    namedIntents(document) ??
    ofColumns(document) ??
    ofIndex(document) ??
    ofPairs(document) ??
    inner(withEachExample(longest), document['features'])
  );
};

/** The consecutive JSON values in a text, such as objects that span several lines. Empty if the text is damaged. */
const valuesOf = (text: string): readonly unknown[] => {
  const values: unknown[] = [];
  let depth = 0;
  let from = -1;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quoted) {
      if (character === '\\') i++;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') {
      if (depth++ === 0) from = i;
    } else if ((character === '}' || character === ']') && --depth === 0) {
      try {
        values.push(parseJson(text.slice(from, i + 1)));
      } catch {
        return [];
      }
    }
  }
  return depth === 0 ? values : [];
};

/** The largest JSON document. A document is held in memory as a whole. */
export const MOST_DOCUMENT_BYTES = 128 * 2 ** 20;

const parsed = (line: string): unknown => {
  try {
    return parseJson(line);
  } catch {
    return undefined;
  }
};

/**
 * Whether the beginning of a text shows a JSON document and not JSON lines: an array, an object that spans several
 * lines, or a single object that contains rows.
 *
 * @param whole whether `text` is the complete text
 */
export const isDocument = (text: string, whole: boolean): boolean => {
  const start = text.trimStart();
  if (!/^[[{]/.test(start)) return false;
  const end = start.search(/[\r\n]/);
  const first = end === -1 ? start : start.slice(0, end);
  const isLast = whole && start.slice(first.length).trim() === '';
  const value = parsed(first);
  if (start.startsWith('[')) {
    if (Array.isArray(value)) return isRows(value) || isLast;
    return /^\[\s*($|[{[])/.test(first);
  }
  if (value !== undefined) return isLast && rowsOfDocument(value).length > 1;
  // A first line that is cut off proves nothing: it may be a damaged line of JSON lines.
  return end === -1 ? !whole : /[{[,]\s*$/.test(first);
};

/** Stands for a row that is nested too deeply to be written as a line: it is read as a record, and rejected. */
const TOO_DEEP = '"an object or array that is nested too deeply"';

/**
 * Converts the rows of a document to JSON lines.
 *
 * @throws HeadwaterError `HW_USAGE` if the document is damaged, has no rows, or has several tables
 */
export const linesOfDocument = (text: string, source: string): string => {
  const refuse = (message: string): never => {
    throw new HeadwaterError('HW_USAGE', `${source} ${message}`, { where: source });
  };
  const whole = parsed(text);
  const values = whole === undefined ? valuesOf(text) : [whole];
  if (values.length === 0) return refuse('is a JSON document that is damaged, or was cut off. Fetch or save it again.');
  const sides = sidesOf(values[0]);
  const side = sides.find((name) => /train/i.test(name)) ?? sides[0] ?? '';
  if (sides.length > 1)
    return refuse(
      `has several tables: ${listNames(sides)}. Write each to a file ` +
        `of its own (jq -c '.${side}[]' FILE > ${side}.jsonl).`,
    );
  const rows = values.length > 1 ? values.filter(isRow) : rowsOfDocument(values[0]);
  if (rows.length === 0)
    return refuse(
      "is a JSON document without an array of rows. Write one object a line (jq -c '.[]' FILE > FILE.jsonl).",
    );
  return rows.map((row) => `${jsonText(row) ?? TOO_DEEP}\n`).join('');
};
