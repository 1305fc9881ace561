import { checkText } from '../../../contracts/checkArgument.js';
import { Parser } from 'htmlparser2';
import { parsedUrl } from '../../../contracts/runtime/parsedUrl.js';
import { mediaType } from './mediaType.js';

/** The media types of feeds, with their non-standard spellings: `application/x-rss+xml`, `text/rss`. */
const EXACT_TYPES = /^(?:application|text)\/(?:x[-.])?(?:(?:rss|atom|rdf)(?:\+xml)?|feed\+json)$/;

// Media types that feeds are also sent as, but other documents too.
const GENERAL_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/xml', 'text/xml']);

// The `<link>` elements are in the head, so the start of a page is enough. Characters.
const LONGEST_HEAD = 262_144;

// The parser compares a closing tag with all open ones. Unlimited depth would take unlimited time.
const DEEPEST = 500;

/**
 * Finds the feeds that a page names: its `<link>` elements with the relation `alternate` or `feed` and the type of a
 * feed.
 *
 * @param html the page; its first 262,144 characters are read
 * @param base the page's address; relative addresses are resolved against it, unless the page has a `<base>`
 * @returns http and https addresses, each once: first those with the exact type of a feed, then the
 *   others, each group in the order of the page; empty if the page names none
 *
 * @example
 * ```ts
 * import { discoverFeed } from 'headwater';
 *
 * const html = '<head><link rel="alternate" type="application/rss+xml" href="/news.xml"></head>';
 * console.log(discoverFeed(html, 'https://example.org/')); // ['https://example.org/news.xml']
 * ```
 */
export const discoverFeed = (html: string, base: string | URL): readonly string[] => {
  checkText('discoverFeed', 'html', html, 'the text of a page');

  const found = new Map<string, boolean>();
  let from = String(base);
  let based = false;
  let depth = 0;
  const parser: Parser = new Parser({
    onclosetag: () => depth--,
    onopentag: (name, { href, rel, type }) => {
      if (++depth > DEEPEST) parser.pause();
      if (href === undefined) return;
      if (name === 'base' && !based) {
        const first = parsedUrl(href, from);
        based = first !== undefined;
        from = first?.href ?? from;
      }
      const relations = (rel ?? '').toLowerCase().split(/\s+/);
      if (name !== 'link' || !(relations.includes('alternate') || relations.includes('feed'))) return;
      const media = mediaType(type);
      const exact = EXACT_TYPES.test(media) || (media === '' && relations.includes('feed'));
      const url = exact || GENERAL_TYPES.has(media) ? parsedUrl(href.trim(), from) : undefined;
      if (url === undefined) return;
      if (url.protocol === 'http:' || url.protocol === 'https:')
        found.set(url.href, (found.get(url.href) ?? false) || exact);
    },
  });
  parser.end(html.slice(0, LONGEST_HEAD));
  const urls = [...found.keys()];
  return [...urls.filter((url) => found.get(url)), ...urls.filter((url) => found.get(url) !== true)];
};
