import { checkTypes } from '../../contracts/checkOption.js';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { Rejection } from '../../contracts/rows/Rejection.js';
import { feedDocument, type FeedReading, UNTITLED } from './parsing/FeedDocument.js';
import type { FeedItem } from './parsing/items/FeedItem.js';

/** The content of a feed. */
export interface ParsedFeed {
  /** The feed's title, as one line of plain text; undefined if it has none. */
  readonly title: string | undefined;
  /** The items that could be read, in the order of the feed. */
  readonly items: readonly FeedItem[];
  /** The items that could not be read. */
  readonly rejections: readonly Rejection[];
  /** How often the feed asks to be requested (`ttl`, `sy:updatePeriod`). Milliseconds; undefined if it does not say. */
  readonly intervalMs: number | undefined;
}

/** Options of `parseFeed`. */
export type ParseFeedOptions = FeedReading;

/**
 * Reads a feed: RSS 0.9x to 2.0, RDF, CDF, Atom 0.3 and 1.0, JSON Feed, or a sitemap for news. Other JSON with a list
 * of articles is read by the usual names of its fields. A feed may be inside another document that shows no text before
 * it.
 *
 * Each item is read separately, so a malformed item, or a feed that breaks off, does not affect the other items. An
 * unreadable item is a `Rejection` with reason `item`. Titles are one line of plain text. The encoding is taken from
 * the bytes (a byte order mark, valid UTF-8), then from the header, then from the XML declaration. If none of them
 * fits, it is guessed from the text; titles whose encoding cannot be determined are rejected. Elements are recognized
 * by namespace, whatever the prefix. Of several dates the first readable one is used, and of several links the one that
 * leads to the article. Entities that a feed declares itself are expanded to at most 100,000 characters an item;
 * entities whose text is in another file are not fetched.
 *
 * @param bytes the feed as it was sent, with its content encoding (such as gzip) removed
 * @param contentType the Content-Type header as the server sent it; its `charset` is used
 * @param source the feed's address; relative links are resolved against it
 * @param options what happens to items without a title
 * @throws HeadwaterError `HW_FEED` if the bytes are not a feed
 * @throws HeadwaterError `HW_USAGE` when an option is invalid
 *
 * @example
 * ```ts
 * import { parseFeed } from 'headwater';
 *
 * const rss =
 *   '<rss version="2.0"><channel><item><title>Rain &amp;amp; sun</title><link>/1</link></item>' +
 *   '<item><link>/2</link></item></channel></rss>';
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
  checkTypes('parseFeed', options, { untitled: UNTITLED });

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
