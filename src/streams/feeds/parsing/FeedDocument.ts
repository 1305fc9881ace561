import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import { excerpt } from '../../../contracts/messages/excerpt.js';
import type { Rejection } from '../../../contracts/rows/Rejection.js';
import { decodeFeed, type FeedText } from './text/decodeFeed.js';
import type { FeedItem, RawItem, RawText } from './items/FeedItem.js';
import type { DeclaredEntities, EntrySpan, FeedOutline } from './items/FeedOutline.js';
import { jsonItem } from './json/jsonItem.js';
import { emptyJsonFeed, jsonOutline } from './json/jsonOutline.js';
import { shortened } from './text/shortened.js';
import { firstWords } from './text/firstWords.js';
import { joinedSurrogates, titleText } from './text/titleText.js';
import { updateInterval } from './updateInterval.js';
import { expandEntities } from './xml/declaredEntities.js';
import { feedTitle } from './xml/feedTitle.js';
import { linkBase } from './xml/linkBase.js';
import { xmlContext } from './xml/xmlContext.js';
import { xmlItem } from './xml/xmlItem.js';
import { xmlOutline } from './xml/xmlOutline.js';
import { feedInJson, feedInMarkup } from './wrappedFeed.js';

// In characters. Longer than any headline. A title of megabytes would slow down every later step.
const LONGEST_TITLE = 10_000;

// In characters. Reading one item cannot be interrupted, so an item of megabytes would block the event loop.
const LONGEST_ITEM = 1_048_576;

/** An item, or the rejection that says why it could not be read. */
export type FeedEntry = { readonly type: 'item'; readonly item: FeedItem } | Rejection;

/**
 * A feed whose outline has been read. Each item is read on request, so that a long feed does not block the event loop.
 */
export interface FeedDocument {
  readonly type: 'feed';
  /** The feed's title, as one line of text; undefined if it has none. */
  readonly title: string | undefined;
  /** How often the feed asks to be requested. Milliseconds; undefined if it does not say. */
  readonly intervalMs: number | undefined;
  /** The number of entries. */
  readonly count: number;
  /** Reads the entry at an index, in the order of the feed. */
  readonly entry: (index: number) => FeedEntry;
}

/** A document that is not a feed, but an HTML page that may name one. */
export interface FeedPage {
  readonly type: 'page';
  readonly html: string;
}

/**
 * Comments, or a line that keeps a page from running JSON as a script: `)]}',` or `while(1);`. Their number is bounded,
 * because an endless repetition of alternatives may exceed the stack.
 */
const BEFORE_JSON =
  /^(?:\s|\/\/[^\n]*\n|\/\*[^*]{0,1000}\*\/|\)\]\}',?|(?:while|for)\s?\((?:1|;;)\);){1,10000}(?=[{[])/;

/** The start of a call around JSON (JSONP): `callback({` or `callback([`. */
const JSON_CALL = /^\s*(?:\/\*\*\/\s*)?(?:typeof \S{1,100} === 'function' && )?[\w$.[\]"']{1,100}\(\s*(?=[{[])/;

/** A list of objects. */
const LIST = /^\s*\[\s*\{/;

/** `<?xm` in EBCDIC. */
const EBCDIC = [0x4c, 0x6f, 0xa7, 0x94];

/** A text as JSON; undefined if it is none. */
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const noFeed = (source: string, what: string): HeadwaterError =>
  new HeadwaterError('HW_FEED', `${source} is no feed of RSS, RDF, Atom or JSON: it ${what}. Check the address.`, {
    where: source,
  });

/** The `expected` field of a rejection, from an error that the item's parser threw. */
const expectation = (error: unknown): string => (error instanceof HeadwaterError ? error.message : 'JSON');

/** How a feed's items are turned into headlines. */
export interface FeedReading {
  /** What happens to an item without a title. Default `reject`. */
  readonly untitled?: Untitled | undefined;
}

/** The ways to handle an item without a title. */
export const UNTITLED = ['reject', 'first-words'] as const;

/** What happens to an item without a title: it is rejected, or the first words of its text become its title. */
export type Untitled = (typeof UNTITLED)[number];

const titleOf = (raw: RawText | undefined): string | undefined => {
  const title = raw === undefined || raw.text.length > LONGEST_TITLE ? '' : titleText(raw.text, raw.markup);
  return title === '' ? undefined : title;
};

/** The text before the items, with its entities; without them if they are too long. */
const headOf = (head: string, declared: DeclaredEntities): string => {
  try {
    return expandEntities(head, declared);
  } catch {
    return head;
  }
};

const documentOf = (
  outline: FeedOutline,
  { text, damaged, guessed, encoding }: FeedText,
  source: string,
  base: string,
  { untitled = 'reject' }: FeedReading,
): FeedDocument => {
  const { format, around, head, entries, declared, end } = outline;
  let read: (part: string) => RawItem;
  let feedName: RawText | undefined;
  if (format === 'json') {
    read = (part) => jsonItem(part, base);
    feedName = outline.title === undefined ? undefined : { text: outline.title, markup: 'text' };
  } else {
    const context = xmlContext(format, around, base, format === 'atom' ? base : linkBase(head, base));
    read = (part) => xmlItem(part, context);
    feedName = feedTitle(around[0] ?? '', headOf(head, declared), context);
  }

  const reject = (
    id: number,
    { line, byte }: Partial<Pick<EntrySpan, 'line' | 'byte'>>,
    field: string | undefined,
    expected: string,
    got: string,
  ): Rejection => ({
    type: 'rejection',
    reason: 'item',
    id,
    source,
    line,
    byte,
    field,
    expected,
    got: shortened(got),
  });

  const entryAt = (id: number, span: EntrySpan): FeedEntry => {
    const part = text.slice(span.start, span.end);
    if (part.length > LONGEST_ITEM)
      return reject(id, span, undefined, `an item of at most ${LONGEST_ITEM} characters`, part);
    if (!span.whole) return reject(id, span, undefined, 'an item that closes', part);
    let raw: RawItem;
    try {
      raw = read(joinedSurrogates(expandEntities(part, declared)));
    } catch (error) {
      return reject(id, span, undefined, expectation(error), part);
    }
    const { title: written, body, ...rest } = raw;
    if (written !== undefined && written.text.length > LONGEST_TITLE)
      return reject(id, span, 'title', `at most ${LONGEST_TITLE} characters`, written.text);
    const own = written === undefined ? '' : titleText(written.text, written.markup);
    const title =
      own === '' && untitled === 'first-words' && body !== undefined ? firstWords(body.text, body.markup) : own;
    if (title === '') {
      const expected = untitled === 'first-words' ? 'a title, or text to take one from' : 'a title';
      return written === undefined
        ? reject(id, span, 'title', expected, part)
        : reject(id, span, 'title', `${expected} with text in it`, written.text);
    }
    if (damaged && title.includes('\ufffd')) return reject(id, span, 'title', `text in ${encoding}`, title);
    if (guessed === 'unclear' && /[^\x20-\x7e]/.test(title))
      return reject(id, span, 'title', 'text in an encoding that the feed declares, or that can be detected', title);
    const isElsewhere = Array.from(title.matchAll(/&([^\s;&]+);/g), ([, name = '']) => name).some(
      (name) => declared.has(name) && declared.get(name) === undefined,
    );
    if (isElsewhere)
      return reject(id, span, 'title', 'no entity whose text is in another file: such are not fetched', title);
    return { type: 'item', item: { title, ...rest } };
  };

  return {
    type: 'feed',
    title: titleOf(feedName),
    intervalMs: updateInterval(outline),
    count: entries.length + (end === undefined ? 0 : 1),
    entry: (index) => {
      const span = entries[index];
      if (span !== undefined) return entryAt(index, span);
      return reject(index, end ?? {}, undefined, end?.expected ?? 'an item', text.slice(-60));
    },
  };
};

/**
 * Parses what a server sent for a feed.
 *
 * @param contentType the Content-Type header as the server sent it; only its encoding is used, since servers send
 *   feeds with many different media types
 * @param source the feed's name in errors and rejections
 * @param base relative links are resolved against it
 * @param reading how items are turned into headlines
 * @throws HeadwaterError `HW_FEED` for a document that is neither a feed nor a page
 */
export const feedDocument = (
  bytes: Uint8Array,
  contentType: string | undefined,
  source: string,
  base = source,
  reading: FeedReading = {},
): FeedDocument | FeedPage => {
  if (EBCDIC.every((byte, i) => bytes[i] === byte))
    throw noFeed(source, 'is written in EBCDIC, which is not read; UTF-8 is');
  const written = decodeFeed(bytes, contentType);
  // The places of the items stay what they are.
  const text = written.text
    .replace(BEFORE_JSON, (before) => before.replace(/[^\n]/g, ' '))
    .replace(JSON_CALL, (call) => ' '.repeat(call.length));
  const decoded = { ...written, text };
  const inside = (feed: string | undefined): FeedDocument | undefined => {
    const outline = feed === undefined ? '' : xmlOutline(feed);
    // Without items it is a document that only has an element of such a name.
    return feed === undefined || typeof outline === 'string' || outline.entries.length === 0
      ? undefined
      : documentOf(outline, { ...decoded, text: feed }, source, base, reading);
  };
  const start = text.search(/\S/);
  if (start < 0) throw noFeed(source, 'is empty');
  if (text.charAt(start) === '{') {
    const listed = jsonOutline(text);
    const json = listed === undefined ? jsonOf(text) : undefined;
    const outline = listed ?? emptyJsonFeed(json);
    if (outline !== undefined) return documentOf(outline, decoded, source, base, reading);
    // A program may print a message in JSON before the feed.
    const wrapped = inside(feedInJson(json));
    if (wrapped !== undefined) return wrapped;
    if (json !== undefined || !/<(?:rss|feed|rdf:RDF)\b/i.test(text))
      throw noFeed(source, 'is JSON without a list of items');
  }
  if (LIST.test(text)) {
    const outline = jsonOutline(text);
    if (outline !== undefined) return documentOf(outline, decoded, source, base, reading);
  }
  if (text.charAt(start) === '[' && jsonOf(text) !== undefined)
    throw noFeed(source, 'is a list in JSON that has no headlines');
  const outline = xmlOutline(text);
  if (typeof outline !== 'string') return documentOf(outline, decoded, source, base, reading);
  const wrapped = inside(feedInMarkup(text));
  if (wrapped !== undefined) return wrapped;
  if (outline === 'html' || /^\s*<!doctype\s+html/i.test(text.slice(start, start + 100)))
    return { type: 'page', html: text };
  throw noFeed(
    source,
    outline === ''
      ? `begins with ${JSON.stringify(shortened(text.slice(start)).slice(0, 40))}`
      : outline === 'opml'
        ? 'is a list of feeds (OPML), which readOpml and the option --opml read'
        : outline === 'urlset' || outline === 'sitemapindex'
          ? 'is a sitemap without headlines'
          : `is XML of another kind, <${excerpt(outline)}>`,
  );
};
