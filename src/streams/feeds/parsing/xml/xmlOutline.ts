import {
  type DeclaredEntities,
  EXPECTED,
  MOST_ENTRIES,
  type EntrySpan,
  type FeedOutline,
} from '../items/FeedOutline.js';
import { LineCount } from '../items/LineCount.js';
import { Sections } from '../text/Sections.js';
import { declarationAt } from './declaredEntities.js';

const LT = '<';

/** In characters. A root declares its namespaces near the start. */
const LONGEST_START = 65_536;

/** A tag in the text. */
interface Tag {
  readonly name: string;
  /** The index after its `>`. */
  readonly end: number;
  readonly empty: boolean;
}

const isNameStart = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code > 0x7f;

/**
 * The index of the `>` that ends a tag. A `>` in quotes does not end it, unless the quote is never closed; -1 if there
 * is none.
 */
const tagEnd = (text: string, from: number, limit: number): number => {
  let quote = '';
  let first = -1;
  for (let i = from; i < limit; i++) {
    const char = text.charAt(i);
    if (char === '>') {
      if (quote === '') return i;
      if (first < 0) first = i;
    } else if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
  }
  return first;
};

/**
 * The tag whose name begins at `from`; undefined if there is none, as in `1 <2`. A tag ends before the next `<`, which
 * XML forbids inside tags.
 */
const tagAt = (text: string, from: number): Tag | undefined => {
  if (!isNameStart(text.charCodeAt(from))) return undefined;
  const next = text.indexOf(LT, from);
  const end = tagEnd(text, from, next < 0 ? text.length : next);
  if (end < 0) return undefined;
  let nameEnd = from;
  while (nameEnd < end && !/[\s/]/.test(text.charAt(nameEnd))) nameEnd++;
  return { name: text.slice(from, nameEnd), end: end + 1, empty: text.charAt(end - 1) === '/' };
};

/** The end of a document type declaration, and the entities that it declares. */
const doctype = (
  text: string,
  from: number,
  sections: Sections,
): { readonly end: number; readonly entities: DeclaredEntities } => {
  const gt = text.indexOf('>', from);
  const subset = text.indexOf('[', from);
  const entities = new Map<string, string | undefined>();
  if (gt < 0) return { end: text.length, entities };
  if (subset < 0 || subset > gt) return { end: gt + 1, entities };
  let i = subset + 1;
  let quote = '';
  for (; i < text.length; i++) {
    const char = text.charAt(i);
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (text.startsWith('<!--', i)) i = sections.end(i, '<!--', '-->') - 1;
    else if (char === '"' || char === "'") quote = char;
    else if (char === ']') break;
    else if (char === LT) {
      const declaration = declarationAt(text, i);
      // The first declaration of a name is valid.
      if (declaration !== undefined && !entities.has(declaration.name))
        entities.set(declaration.name, declaration.value);
    }
  }
  const close = text.indexOf('>', i);
  return { end: close < 0 ? text.length : close + 1, entities };
};

const sameName = (a: string, b: string): boolean => a === b || a.toLowerCase() === b.toLowerCase();

const localName = (name: string): string => name.slice(name.indexOf(':') + 1).toLowerCase();

const FORMATS: Readonly<Record<string, 'rss' | 'rdf' | 'atom'>> = {
  rss: 'rss',
  // Channel Definition Format, and RSS feeds without their root element.
  channel: 'rss',
  rdf: 'rdf',
  feed: 'atom',
  urlset: 'rss',
};

const SITEMAP = 'urlset';

/** The namespace of the headlines in a sitemap for news. Other sitemaps have addresses alone. */
const NEWS = /schemas\/sitemap-news\//i;

/** A headline in a sitemap. Some programs declare the namespace in sitemaps without headlines, too. */
const NEWS_ELEMENT = /<(?:[\w.-]{1,40}:)?news[\s>]/i;

const hasNews = (start: string): boolean => NEWS.test(start) && NEWS_ELEMENT.test(start);

/** An Atom document may be a single entry (RFC 4287, section 2). */
const ENTRY = 'entry';

const ITEM = 'item';

/** Elements that are items between the items of either format: some feeds have those of both. */
const OTHERS: ReadonlySet<string> = new Set([ENTRY, ITEM, 'atom:entry']);

// A failing program may print an error message in HTML before the feed. It is not part of the feed.
const MESSAGES: ReadonlySet<string> = new Set(['b', 'br', 'div', 'font', 'hr', 'i', 'p', 'pre', 'span', 'strong']);

/** The local name of the items of a feed with this root. */
const itemOf = ({ name, format }: { readonly name: string; readonly format: 'rss' | 'rdf' | 'atom' }): string =>
  localName(name) === SITEMAP ? 'url' : format === 'atom' ? ENTRY : ITEM;

/** @param usual the local name of the items; undefined for that of the feed's format */
const scan = (text: string, usual: 'item' | 'entry' | undefined): FeedOutline | string => {
  const lines = new LineCount(text);
  const sections = new Sections(text);
  const entries: EntrySpan[] = [];
  let declared: DeclaredEntities = new Map();
  let root: (Tag & { readonly start: number; readonly format: 'rss' | 'rdf' | 'atom' }) | undefined;
  let open: { readonly start: number; readonly name: string } | undefined;
  let closed = false;
  let typed = false;
  // The tag name of the items. A tag with another prefix is not an item.
  let items: string | undefined;
  let before: string | undefined;
  let channel: (Tag & { readonly start: number }) | undefined;
  const cut = (end: number, whole: boolean): void => {
    if (open === undefined) return;
    entries.push({ start: open.start, end, whole, ...lines.at(open.start) });
    open = undefined;
  };

  let i = text.indexOf(LT);
  while (i >= 0 && entries.length < MOST_ENTRIES) {
    let next = i + 1;
    const mark = text.charAt(i + 1);
    if (mark === '!') {
      if (text.startsWith('<!--', i)) next = sections.end(i, '<!--', '-->');
      else if (text.startsWith('<![CDATA[', i)) next = sections.end(i, '<![CDATA[', ']]>');
      else if (root === undefined && !typed && /^<!doctype/i.test(text.slice(i, i + 9))) {
        typed = true;
        const { end, entities } = doctype(text, i, sections);
        declared = entities;
        next = end;
      }
    } else if (mark === '?') {
      next = sections.end(i, '<?', '?>');
    } else if (mark === '/') {
      const tag = tagAt(text, i + 2);
      if (tag !== undefined) {
        next = tag.end;
        if (open !== undefined && sameName(tag.name, open.name)) {
          closed ||= open.start === root?.start;
          cut(next, true);
        } else if (root !== undefined && sameName(tag.name, root.name)) {
          cut(i, false);
          closed = true;
        }
      }
    } else {
      const tag = tagAt(text, i + 1);
      if (tag !== undefined) {
        next = tag.end;
        const local = localName(tag.name);
        if (root === undefined) {
          const format = local === ENTRY ? 'atom' : FORMATS[local];
          if (local === ENTRY) {
            items = tag.name;
            open = { start: i, name: tag.name };
          }
          if (local === SITEMAP && !hasNews(text.slice(0, LONGEST_START))) return local;
          if (format !== undefined) {
            root = { ...tag, start: i, format };
            closed = tag.empty;
          } else if (MESSAGES.has(local)) before ??= local;
          else return local;
        } else if (local === 'channel' && root.format === 'rss' && channel === undefined && entries.length === 0) {
          channel = { ...tag, start: i };
        } else if (
          items === undefined
            ? local === (usual ?? itemOf(root))
            : sameName(tag.name, items) || (open === undefined && OTHERS.has(tag.name.toLowerCase()))
        ) {
          items ??= tag.name;
          // Items are never nested, so the previous one was not closed.
          cut(i, false);
          open = { start: i, name: tag.name };
          if (tag.empty) cut(next, true);
        }
      }
    }
    i = text.indexOf(LT, next);
  }
  if (root === undefined) return before ?? '';
  const unclosed = open !== undefined;
  if (i < 0) cut(text.length, false);
  const end =
    i >= 0
      ? { ...lines.at(i), expected: EXPECTED.fewer }
      : closed || unclosed
        ? undefined
        : { ...lines.at(text.length), expected: EXPECTED.end };
  // Text after the last item that is read; over the limit, it has more items.
  const after = text.slice(entries.at(-1)?.end ?? text.length);
  return {
    format: root.format,
    around: [root, ...(channel === undefined ? [] : [channel])]
      .filter(({ start }) => start !== entries[0]?.start)
      .map(({ start, end: tagsEnd }) => text.slice(start, tagsEnd)),
    title: undefined,
    head: text.slice(root.end, entries[0]?.start) + (i < 0 ? after.slice(0, LONGEST_START) : ''),
    entries,
    declared,
    end,
  };
};

/**
 * Finds the items of an XML feed without parsing them. It is one linear scan, whatever the text contains; a feed
 * without items is scanned once more for those of the other format, because some RSS feeds have Atom's entries.
 *
 * An error in one item does not affect the others: items are found by their own tags, and each is parsed separately.
 *
 * @returns the name of the root element if it is not that of a feed; empty if there is no element
 */
export const xmlOutline = (text: string): FeedOutline | string => {
  const found = scan(text, undefined);
  if (typeof found === 'string' || found.entries.length > 0) return found;
  const other = found.format === 'atom' ? ITEM : ENTRY;
  const mixed = scan(text, other);
  return typeof mixed === 'string' || mixed.entries.length === 0
    ? found
    : { ...mixed, format: other === ENTRY ? 'atom' : 'rss' };
};
