import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import { feedDocument, type FeedReading } from './parsing/FeedDocument.js';
import type { FeedItem } from './parsing/FeedItem.js';

/** What a feed holds. */
export interface ParsedFeed {
  /** What the feed calls itself, as a line of plain text; undefined where it does not. */
  readonly title: string | undefined;
  /** The items that could be read, in the order of the feed. */
  readonly items: readonly FeedItem[];
  /** Those that could not. */
  readonly rejections: readonly Rejection[];
  /**
   * How often the feed says that it is worth asking for (`ttl`, `sy:updatePeriod`). Milliseconds; undefined where it
   * says nothing.
   */
  readonly intervalMs: number | undefined;
}

/** How the items of a feed are made headlines. */
export type ParseFeedOptions = FeedReading;

/**
 * Reads a feed: RSS 0.9x to 2.0, RDF, CDF, Atom 0.3 and 1.0, or JSON Feed.
 *
 * Each item is read by itself, so that one that is malformed, or a feed that breaks off, costs no other; what cannot be
 * read is a `Rejection` with reason `item`. Titles come out as a line of plain text. The encoding is what the bytes say
 * (a byte order mark, valid UTF-8), then the header, then the XML declaration; where none of them fits, it is guessed
 * from the text, and titles of which it cannot be told are rejected. Names count by their namespace, whatever the prefix.
 * Of several dates the first that can be read counts, and of several links the one that leads to the article. Entities that a feed declares itself are
 * never expanded: an item whose title uses one is rejected.
 *
 * @param bytes the feed as it was sent, its content encoding undone
 * @param contentType the header as the server sent it: its `charset` is heard
 * @param source the feed's address: relative links are relative to it
 * @param options what is done about items without a title
 * @throws HeadwaterError `HW_FEED` for what is no feed
 *
 * @example
 * ```ts
 * import { parseFeed } from 'headwater';
 *
 * const rss = '<rss version="2.0"><channel><item><title>Rain &amp;amp; sun</title><link>/1</link></item><item><link>/2</link></item></channel></rss>';
 * const { items, rejections } = parseFeed(Buffer.from(rss), 'application/rss+xml', 'https://example.org/feed');
 * console.log(items[0]?.title, items[0]?.link); // Rain & sun https://example.org/1
 * console.log(rejections[0]?.expected); // a title
 * ```
 */
export const parseFeed = (
  bytes: Uint8Array,
  contentType: string | undefined,
  source: string,
  options: ParseFeedOptions = {},
): ParsedFeed => {
  checkArgument('parseFeed', 'bytes', bytes, 'bytes, as a Uint8Array', ['byteLength']);

  const document = feedDocument(bytes, contentType, source, source, options);
  if (document.type === 'page')
    throw new HeadwaterError('HW_FEED', `${source} is a page, not a feed. Find the feed behind it by discoverFeed.`, {
      where: source,
    });
  const items: FeedItem[] = [];
  const rejections: Rejection[] = [];
  for (let i = 0; i < document.count; i++) {
    const entry = document.entry(i);
    if (entry.type === 'item') items.push(entry.item);
    else rejections.push(entry);
  }
  return { title: document.title, items, rejections, intervalMs: document.intervalMs };
};
