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

/** The index after the comment that begins at `from`, closed or not; after one character if there is none. */
const commentEnd = (text: string, from: number): number => {
  const closing = text.startsWith('//', from) ? '\n' : text.startsWith('/*', from) ? '*/' : undefined;
  if (closing === undefined) return from + 1;
  const end = text.indexOf(closing, from + 2);
  return end < 0 ? text.length : end + closing.length;
};

/** The value of a JSON string; undefined if it is not valid. */
const stringOf = (written: string): string | undefined => {
  try {
    return String(JSON.parse(written));
  } catch {
    return undefined;
  }
};

const namesOf = (names: string): ReadonlySet<string> => new Set(names.split(' ').map((name) => `"${name}"`));

/** The names of the list of items: `items` in a JSON Feed, the others in the answers of programming interfaces. */
const LISTS = namesOf('items entries articles posts');

/** Names of lists of anything. They count only if the list has an object: an error may have `"data": []`. */
const COMMON_LISTS = namesOf(
  'results hits stories news data entry children topics statuses orderedItems docs documents records nodes edges feed',
);

/** In objects, programming interfaces nest a list as deep as this: `{ "data": { "feed": { "posts": [] } } }`. */
const DEEPEST = 3;

/** A feed without a list of items has none, if it says that it is a JSON Feed. */
const JSON_FEED = /"version"\s*:\s*"https?:\\?\/\\?\/(?:www\.)?jsonfeed\.org\b/;

const isList = (name: string, text: string, at: number, outer: number): boolean =>
  (outer <= 1 && LISTS.has(name)) ||
  ((LISTS.has(name) || COMMON_LISTS.has(name)) && /^\[\s*\{/.test(text.slice(at, at + 100)));

/** @param outer the depth at which the list of items begins: 0 if it is the outermost value */
const outlineAt = (text: string, outer: number): FeedOutline | undefined => {
  const lines = new LineCount(text);
  const entries: EntrySpan[] = [];
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
      if (depth === outer) {
        if (name === '"title"' && title === undefined && isValue) title = stringOf(text.slice(i, next));
        name = isValue ? '' : text.slice(i, next);
        isValue = false;
      }
    }
    if (char === '/') next = commentEnd(text, i);
    if (depth === outer && (char === ':' || char === ',')) isValue = char === ':';
    if (char === ']' || char === '}') depth--;
    if (inItems && depth === outer) {
      cut(i, char === ']');
      inItems = false;
    } else if (inItems && depth === outer + 1) {
      if (char === ',') cut(i, true);
      else if (start < 0 && !/\s/.test(char)) start = i;
    }
    if (char === '[' && depth === outer && (outer === 0 || isList(name, text, i, outer)) && !found) {
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

/**
 * Finds the items of a JSON Feed without parsing them, so that a malformed item, or a feed that breaks off, does not
 * affect the other items. The document may also be a list of the items alone, as WordPress sends it, or have the list
 * in an object, as Reddit does.
 *
 * @returns undefined for an object without a list of items
 */
export const jsonOutline = (text: string): FeedOutline | undefined => {
  if (text.trimStart().startsWith('[')) return outlineAt(text, 0);
  for (let depth = 1; depth <= DEEPEST; depth++) {
    const found = outlineAt(text, depth);
    if (found !== undefined) return found;
  }
  return JSON_FEED.test(text)
    ? { format: 'json', around: [], title: undefined, head: '', entries: [], declared: new Map(), end: undefined }
    : undefined;
};
