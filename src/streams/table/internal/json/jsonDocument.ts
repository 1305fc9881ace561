import { HeadwaterError } from '../../../../contracts/HeadwaterError.js';
import { isObject } from '../../../internal/isObject.js';
import { jsonText } from '../../../internal/jsonText.js';
import { listNames } from '../../../internal/listNames.js';
import { parseJson } from '../../parseJson.js';
import { isSideName } from '../sideNames.js';
import { isRow, isRows } from './jsonRow.js';
import { rowsOfDocument } from './rowsOfDocument.js';

/** The sides of a split that a document contains. Each is a table of its own. */
const sidesOf = (document: unknown): readonly string[] =>
  isObject(document) ? Object.keys(document).filter((key) => isSideName(key) && isRows(document[key])) : [];

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
