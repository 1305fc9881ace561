import { EXPECTED, MOST_ENTRIES, type EntrySpan, type FeedOutline } from '../items/FeedOutline.js';
import { LineCount } from '../items/LineCount.js';

/** The index after the string that begins at `from`; the text's length if the string is never closed. */
const stringEnd = (text: string, from: number): number => {
  for (let i = text.indexOf('"', from + 1); i >= 0; i = text.indexOf('"', i + 1)) {
    let slashes = 0;
    while (text.charAt(i - 1 - slashes) === '\\') slashes++;
    if (slashes % 2 === 0) return i + 1;
  }
  return text.length;
};

/** The value of a JSON string; undefined if it is not valid. */
const stringOf = (written: string): string | undefined => {
  try {
    return String(JSON.parse(written));
  } catch {
    return undefined;
  }
};

/** The names of the list of items: `items` in a JSON Feed, the others in the answers of programming interfaces. */
const LISTS: ReadonlySet<string> = new Set(['"items"', '"entries"', '"articles"', '"posts"']);

/** Names of lists of anything. They count only if the list has an object: an error may have `"data": []`. */
const COMMON_LISTS: ReadonlySet<string> = new Set(['"results"', '"hits"', '"stories"', '"news"', '"data"']);

const isList = (name: string, text: string, at: number): boolean =>
  LISTS.has(name) || (COMMON_LISTS.has(name) && /^\[\s*\{/.test(text.slice(at, at + 100)));

/**
 * Finds the items of a JSON Feed without parsing them, so that a malformed item, or a feed that breaks off, does not
 * affect the other items. The document may also be a list of the items alone, as WordPress sends it.
 *
 * @returns undefined for an object without a list of items
 */
export const jsonOutline = (text: string): FeedOutline | undefined => {
  const lines = new LineCount(text);
  const entries: EntrySpan[] = [];
  // The depth at which the list of items begins: outermost, or in the object of the feed.
  const outer = text.trimStart().startsWith('[') ? 0 : 1;
  let depth = 0;
  let found = false;
  let inItems = false;
  let start = -1;
  let name = '';
  let isValue = false;
  let title: string | undefined;
  const cut = (end: number, whole: boolean): void => {
    if (start < 0) return;
    entries.push({ start, end, whole, ...lines.at(start) });
    start = -1;
  };
  let i = 0;
  while (i < text.length && entries.length < MOST_ENTRIES) {
    const char = text.charAt(i);
    let next = i + 1;
    if (char === '"') {
      next = stringEnd(text, i);
      if (depth === 1) {
        if (name === '"title"' && title === undefined && isValue) title = stringOf(text.slice(i, next));
        name = isValue ? '' : text.slice(i, next);
        isValue = false;
      }
    }
    if (depth === 1 && (char === ':' || char === ',')) isValue = char === ':';
    if (char === ']' || char === '}') depth--;
    if (inItems && depth === outer) {
      cut(i, char === ']');
      inItems = false;
    } else if (inItems && depth === outer + 1) {
      if (char === ',') cut(i, true);
      else if (start < 0 && !/\s/.test(char)) start = i;
    }
    if (char === '[' && depth === outer && (outer === 0 || isList(name, text, i)) && !found) {
      found = true;
      inItems = true;
    }
    if (char === '[' || char === '{') depth++;
    // The end of the document; anything after it is ignored.
    if (depth === 0 && (char === '}' || char === ']')) break;
    i = next;
  }
  if (!found) return undefined;
  const unclosed = start >= 0;
  cut(text.length, false);
  const many = entries.length >= MOST_ENTRIES;
  const end =
    many || (depth > 0 && !unclosed) ? { ...lines.at(i), expected: many ? EXPECTED.fewer : EXPECTED.end } : undefined;
  return { format: 'json', around: [], title, head: '', entries, declared: new Map(), end };
};
