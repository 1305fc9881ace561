import { isKnownName, isLabelName, isTitleName } from '../../columnNames.js';
import { isObject } from '../../../internal/isObject.js';
import { classNamesOf, withClassNames } from '../classLabels.js';
import { namedIntents, ofIntents, withEachExample } from './intents.js';
import { isRow, isRows, type JsonObject, type JsonRow } from './jsonRow.js';

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

/**
 * The rows of a JSON document: an array of rows, columns, lists of texts by class, or an object that contains an array
 * of rows. Empty if there are none.
 */
export const rowsOfDocument = (document: unknown): readonly JsonRow[] => {
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
