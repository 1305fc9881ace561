import { HeadwaterError } from '../../../contracts/HeadwaterError.js';
import type { Rejection } from '../../../contracts/Rejection.js';
import { decodeFeed, type FeedText } from './decodeFeed.js';
import type { FeedItem, RawItem } from './FeedItem.js';
import type { EntrySpan, FeedOutline } from './FeedOutline.js';
import { jsonItem } from './jsonItem.js';
import { jsonOutline } from './jsonOutline.js';
import { shortened } from './shortened.js';
import { titleText } from './titleText.js';
import { updateInterval } from './updateInterval.js';
import { xmlContext, xmlItem } from './xmlItem.js';
import { xmlOutline } from './xmlOutline.js';

// Longer than any headline; a title of megabytes would be a burden for all that comes after.
const LONGEST_TITLE = 10_000;

// Reading one item is not interrupted, so that one of megabytes would stop everything else.
const LONGEST_ITEM = 1_048_576;

/** An item, or why it is none. */
export type FeedEntry = { readonly type: 'item'; readonly item: FeedItem } | Rejection;

/**
 * A feed that has been taken in; its items are read when they are asked for, so that a long feed does not stop
 * everything else.
 */
export interface FeedDocument {
  readonly type: 'feed';
  /** How often the feed says that it is worth asking for. Milliseconds; undefined where it says nothing. */
  readonly intervalMs: number | undefined;
  /** How many entries it has. */
  readonly count: number;
  /** Reads one of them, in the order of the feed. */
  readonly entry: (index: number) => FeedEntry;
}

/** What is not a feed, but a page that one may stand behind. */
export interface FeedPage {
  readonly type: 'page';
  readonly html: string;
}

const noFeed = (source: string, what: string): HeadwaterError =>
  new HeadwaterError('HW_FEED', `${source} is no feed of RSS, RDF, Atom or JSON: it ${what}. Check the address.`, {
    where: source,
  });

/** What was expected, of an error that an item's reader has thrown. */
const expectation = (error: unknown): string => (error instanceof HeadwaterError ? error.message : 'JSON');

const documentOf = (
  outline: FeedOutline,
  { text, damaged, encoding }: FeedText,
  source: string,
  base: string,
): FeedDocument => {
  const { format, root, entries, declared, end } = outline;
  const read: (part: string) => RawItem =
    format === 'json'
      ? (part) => jsonItem(part, base)
      : (
          (context) => (part: string) =>
            xmlItem(part, context)
        )(xmlContext(format, root, base));

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
      raw = read(part);
    } catch (error) {
      return reject(id, span, undefined, expectation(error), part);
    }
    const { title: written, markup, ...rest } = raw;
    if (written === undefined) return reject(id, span, 'title', 'a title', part);
    if (written.length > LONGEST_TITLE)
      return reject(id, span, 'title', `at most ${LONGEST_TITLE} characters`, written);
    const title = titleText(written, markup);
    if (title === '') return reject(id, span, 'title', 'a title with text in it', written);
    if (damaged && title.includes('\ufffd')) return reject(id, span, 'title', `text in ${encoding}`, title);
    const entity =
      declared.size === 0
        ? undefined
        : Array.from(title.matchAll(/&([^\s;&]+);/g), (match) => match[1] ?? '').find((name) => declared.has(name));
    if (entity !== undefined)
      return reject(id, span, 'title', 'no entity that the feed declares itself: such are not expanded', title);
    return { type: 'item', item: { title, ...rest } };
  };

  return {
    type: 'feed',
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
 * Takes in what a server has sent for a feed.
 *
 * @param contentType the header as the server sent it; it has a say in the encoding alone, since servers send feeds as
 *   all sorts of things
 * @param source what the feed is called
 * @param base what relative links are relative to
 * @throws HeadwaterError `HW_FEED` for what is neither a feed nor a page
 */
export const feedDocument = (
  bytes: Uint8Array,
  contentType: string | undefined,
  source: string,
  base = source,
): FeedDocument | FeedPage => {
  const decoded = decodeFeed(bytes, contentType);
  const { text } = decoded;
  const start = text.search(/\S/);
  if (start < 0) throw noFeed(source, 'is empty');
  if (text.charAt(start) === '{') {
    const outline = jsonOutline(text);
    if (outline === undefined) throw noFeed(source, 'is JSON without a list of items');
    return documentOf(outline, decoded, source, base);
  }
  const outline = xmlOutline(text);
  if (typeof outline !== 'string') return documentOf(outline, decoded, source, base);
  if (outline === 'html' || /^\s*<!doctype\s+html/i.test(text.slice(start, start + 100)))
    return { type: 'page', html: text };
  throw noFeed(
    source,
    outline === ''
      ? `begins with ${JSON.stringify(shortened(text.slice(start)).slice(0, 40))}`
      : `is XML of another kind, <${outline}>`,
  );
};
