import { EXPECTED, MOST_ENTRIES, type EntrySpan, type FeedOutline } from '../items/FeedOutline.js';
import { LineCount } from '../items/LineCount.js';
import { Sections } from '../text/Sections.js';

/** The index after the string that begins at `from`; the text's length if the string is never closed. */
const stringEnd = (text: string, from: number): number => {
  for (let i = text.indexOf('"', from + 1); i >= 0; i = text.indexOf('"', i + 1)) {
    let slashes = 0;
    while (text.charAt(i - 1 - slashes) === '\\') slashes++;
    if (slashes % 2 === 0) return i + 1;
  }
  return text.length;
};

/**
 * What may be in front of a comment. Where a string has quotes that are not escaped, its text stands outside strings,
 * and the slashes of an address in it begin no comment: `"<a href="https://…">"`.
 */
const BEFORE_COMMENT = /[\s[{,]/;

/** The index after the comment at `from`; after its slash if there is none, or if it never ends. */
const commentEnd = (text: string, from: number, sections: Sections): number => {
  if (from > 0 && !BEFORE_COMMENT.test(text.charAt(from - 1))) return from + 1;
  if (text.startsWith('//', from)) return sections.end(from, '//', '\n');
  return text.startsWith('/*', from) ? sections.end(from, '/*', '*/') : from + 1;
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
const COMMON_LISTS = namesOf('results hits stories news data');

/** Names of lists of anything that count if there is no list with one of the other names as deep. */
const RARE_LISTS = namesOf('entry children topics statuses orderedItems docs documents records nodes edges feed');

/** In objects, programming interfaces nest a list as deep as this: `{ "data": { "feed": { "posts": [] } } }`. */
const DEEPEST = 3;

/** Where a list of items is looked for. */
interface Place {
  /** The depth at which the list begins: 0 if it is the outermost value. */
  readonly outer: number;
  /** Whether it may have a rare name. */
  readonly rare: boolean;
}

const isList = (name: string, text: string, at: number, { outer, rare }: Place): boolean =>
  (outer <= 1 && LISTS.has(name)) ||
  ((LISTS.has(name) || COMMON_LISTS.has(name) || (rare && RARE_LISTS.has(name))) &&
    /^\[\s*\{/.test(text.slice(at, at + 100)));

const outlineAt = (text: string, place: Place): FeedOutline | undefined => {
  const { outer } = place;
  const lines = new LineCount(text);
  const entries: EntrySpan[] = [];
  const sections = new Sections(text);
  let depth = 0;
  // The number of open lists. A list of items in another list is one of several.
  let lists = 0;
  let found = false;
  let inItems = false;
  let start = -1;
  let name = '';
  let isValue = false;
  let title: string | undefined;
  // Whether the object with the list has ended.
  let left = false;
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
      if (depth === outer && lists === 0) {
        if (name === '"title"' && title === undefined && isValue && !left) title = stringOf(text.slice(i, next));
        name = isValue ? '' : text.slice(i, next);
        isValue = false;
      }
    }
    if (char === '/') next = commentEnd(text, i, sections);
    if (depth === outer && (char === ':' || char === ',')) isValue = char === ':';
    if (char === ']' || char === '}') depth--;
    if (char === ']') lists--;
    if (char === '}' && depth === outer - 1) {
      left = found;
      if (!found) title = undefined;
      name = '';
      isValue = false;
    }
    if (inItems && depth === outer) {
      cut(i, char === ']');
      inItems = false;
    } else if (inItems && depth === outer + 1) {
      if (char === ',') cut(i, true);
      else if (start < 0 && !/\s/.test(char)) start = i;
    }
    if (char === '[' && depth === outer && lists === 0 && !found && (outer === 0 || isList(name, text, i, place))) {
      found = true;
      inItems = true;
    }
    if (char === '[' || char === '{') depth++;
    if (char === '[') lists++;
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
  if (text.trimStart().startsWith('[')) return outlineAt(text, { outer: 0, rare: false });
  for (let outer = 1; outer <= DEEPEST; outer++) {
    const found = outlineAt(text, { outer, rare: false }) ?? outlineAt(text, { outer, rare: true });
    if (found !== undefined) return found;
  }
  return undefined;
};

/** The address of the version of a JSON Feed. */
const VERSION = /^https?:\/\/(?:www\.)?jsonfeed\.org\b/;

/** The outline of a whole JSON Feed that has no list of items, and so no items; undefined for other values. */
export const emptyJsonFeed = (value: unknown): FeedOutline | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, title } = value as { readonly version?: unknown; readonly title?: unknown };
  if (typeof version !== 'string' || !VERSION.test(version)) return undefined;
  return {
    format: 'json',
    around: [],
    title: typeof title === 'string' ? title : undefined,
    head: '',
    entries: [],
    declared: new Map(),
    end: undefined,
  };
};
