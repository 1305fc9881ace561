import { checkText } from '../../../contracts/checkArgument.js';
import { Parser } from 'htmlparser2';
import { parsedUrl } from '../../../contracts/runtime/parsedUrl.js';
import { httpAddress } from './items/httpAddress.js';
import { mediaType } from './items/mediaType.js';

/** The media types of feeds, with their non-standard spellings: `application/x-rss+xml`, `text/rss`. */
export const EXACT_TYPES = /^(?:application|text)\/(?:x[-.])?(?:(?:rss|atom|rdf)(?:\+xml)?|feed\+json)$/;

// Media types that feeds are also sent as, but other documents too.
const GENERAL_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/xml', 'text/xml']);

// In characters. The `<link>` elements should be in the head, but large sites put them behind their scripts.
const LONGEST_HEAD = 2_097_152;

// The parser compares a closing tag with all open ones. Unlimited depth would take unlimited time.
const DEEPEST = 500;

/** In milliseconds, the longest wait before a page that has moved forwards to its new address. */
const SOON_MS = 10_000;

/** The address that a page forwards to (`0; url=/feed`), by its `<meta http-equiv="refresh">` or header `Refresh`. */
export const forwardedTo = (content: string): string | undefined => {
  const [, seconds, url] = /^\s*(\d{1,3})(?:\.\d*)?\s*[;,]\s*url\s*=\s*["']?([^"']+)/i.exec(content) ?? [];
  return Number(seconds) * 1000 <= SOON_MS ? url : undefined;
};

/** A feed of comments, which pages name beside their feed of articles. */
const COMMENTS = /\bcomments?\b/i;

/** The end of an address that is probably a feed's. */
const LIKE_A_FEED = /(?:^|[/._?=-])(?:rss|atom|feeds?)(?:\d|[-_.]?xml|\.php)?\/?$/i;

const withoutFragment = (url: string): string => url.split('#', 1)[0] ?? '';

/** How many links that only look like feeds are returned. */
const MOST_LIKELY = 3;

/** The relations of a link, from its `rel` attribute. */
export const relationsIn = (rel: string | undefined): readonly string[] =>
  (rel ?? '').toLowerCase().trim().split(/\s+/);

/**
 * Finds the feeds that a page names: its `<link>` and `<a>` elements with the relation `alternate` or `feed` and the
 * type of a feed. The last one is the address that the page forwards to within ten seconds, because sites forward the
 * address of a feed that has moved by such a page. If there is none of these, up to three links of the page to its own
 * host are returned whose addresses end like those of feeds: `/feed/`, `/rss.xml`.
 *
 * @param html the page; its first 2,097,152 characters are read
 * @param base the page's address; relative addresses are resolved against it, unless the page has a `<base>`
 * @returns http and https addresses, each once: first those with the exact type of a feed, then the others, each group
 *   in the order of the page, feeds of comments last; empty if the page names none
 * @throws HeadwaterError `HW_USAGE` when an argument is missing or has another type
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

  const found = new Map<string, 'exact' | 'comments' | 'general'>();
  const likely = new Set<string>();
  let from = String(base);
  const self = withoutFragment(parsedUrl(from)?.href ?? from);
  // A link to the page itself, as `href=""`, is none to a feed.
  const isSelf = (url: string): boolean => withoutFragment(url) === self;
  let forward: string | undefined;
  let based = false;
  let depth = 0;
  const parser: Parser = new Parser({
    onclosetag: () => depth--,
    onopentag: (name, { href, rel, type, title, content, 'http-equiv': does }) => {
      if (++depth > DEEPEST) parser.pause();
      if (name === 'meta' && does?.trim().toLowerCase() === 'refresh')
        forward ??= httpAddress(forwardedTo(content ?? ''), from);
      if (href === undefined) return;
      if (name === 'base' && !based) {
        const first = parsedUrl(href, from);
        based = first !== undefined;
        from = first?.href ?? from;
      }
      const relations = relationsIn(rel);
      if (name === 'a' && type === undefined && likely.size < MOST_LIKELY && LIKE_A_FEED.test(href)) {
        const url = httpAddress(href, from);
        if (url !== undefined && parsedUrl(url)?.host === parsedUrl(from)?.host && !isSelf(url)) likely.add(url);
      }
      if (!(name === 'link' || name === 'a') || !(relations.includes('alternate') || relations.includes('feed')))
        return;
      const media = mediaType(type);
      const exact = EXACT_TYPES.test(media) || (media === '' && relations.includes('feed'));
      const url = exact || (name === 'link' && GENERAL_TYPES.has(media)) ? httpAddress(href, from) : undefined;
      if (url === undefined || (found.has(url) && !exact) || isSelf(url)) return;
      found.set(url, !exact ? 'general' : COMMENTS.test(`${title ?? ''} ${href}`) ? 'comments' : 'exact');
    },
  });
  parser.end(html.slice(0, LONGEST_HEAD));
  const named = (['exact', 'general', 'comments'] as const).flatMap((kind) =>
    [...found.keys()].filter((url) => found.get(url) === kind),
  );
  const forwarded = forward === undefined || isSelf(forward) ? [] : [forward];
  return named.length + forwarded.length === 0 ? [...likely] : [...new Set([...named, ...forwarded])];
};
