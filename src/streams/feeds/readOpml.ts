import { Parser } from 'htmlparser2';
import { Observable } from 'rxjs';
import { checkOptions } from '../../contracts/checkOption.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import { excerpt } from '../../contracts/messages/excerpt.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import { parsedUrl } from '../../contracts/runtime/parsedUrl.js';
import type { BodyOptions } from '../bodies/http/connection/BodyOptions.js';
import { locate, type Location } from '../bodies/locate.js';
import { bodyError, openBody, openedOnce } from '../bodies/openBody.js';
import { rejecting } from '../internal/rejecting.js';
import { requireNumber } from '../internal/requireNumber.js';
import { emptyMemory } from '../bodies/SourceMemory.js';
import { ByteCollector } from './parsing/text/ByteCollector.js';
import { decodeFeed } from './parsing/text/decodeFeed.js';
import { withoutSecrets } from '../bodies/http/connection/WebAddress.js';
import { requestable } from './parsing/items/httpAddress.js';
import { LineCount } from './parsing/items/LineCount.js';
import { plainLine } from './parsing/text/titleText.js';
import { isNamedPrivate } from './polling/publicAddress.js';
import { shortened } from './parsing/text/shortened.js';

/** Options of `readOpml`. */
export interface ReadOpmlOptions extends BodyOptions {
  /** The largest size of the OPML file. Bytes; default 10,485,760. */
  readonly maxBytes?: number | undefined;
  /**
   * Receives the outlines whose address cannot be polled. Default: none, and the first such outline ends the stream
   * with `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
  /** Receives the name of a feed in the list before its address is emitted. Default: none. */
  readonly titles?: { next(named: FeedTitle): void } | undefined;
}

/** The title that an OPML file gives a feed. */
export interface FeedTitle {
  /** The address, as `readOpml` emits it. */
  readonly address: string;
  /** The outline's `text`, or else its `title`, on one line. */
  readonly title: string;
}

interface Outline {
  readonly xmlUrl: string;
  /** Empty if the outline has no title. */
  readonly title: string;
  /** The index of the outline's tag in the text. */
  readonly index: number;
}

/** In characters; a longer title is cut. */
const LONGEST_TITLE = 200;

// No real file nests folders this deep. The parser compares a closing tag with all open ones, so unlimited depth would
// take unlimited time.
const DEEPEST = 100;

const noOpml = (name: string, what: string): HeadwaterError =>
  new HeadwaterError('HW_FEED', `${name} is no OPML: ${what}. Check the path or the address.`, { where: name });

type Attributes = Readonly<Record<string, string>>;

const localName = (tag: string): string => tag.slice(tag.indexOf(':') + 1);

/** The types of outlines that are feeds. Others with an address are links, or lists that are included. */
const FEED_TYPES = /^(?:rss|atom|rdf|feed|json)/i;

/** The address that is written in an attribute, which may have lines. */
const onOneLine = (written: string | undefined): string =>
  (written ?? '')
    .split(/[\r\n\t]/)
    .map((line) => line.trim())
    .join('');

/**
 * The address of an outline's feed; undefined if it has none. Some programs write it into `url`. Where only the site is
 * given, the feed is found through its page.
 */
const addressIn = (attributes: Attributes): string | undefined => {
  const isFeed = FEED_TYPES.test(attributes['type'] ?? '');
  const named = isFeed || attributes['xmlurl'] !== undefined ? [attributes['url'], attributes['htmlurl']] : [];
  const written = [attributes['xmlurl'], ...named].map(onOneLine);
  return written.find((address) => address !== '') ?? (attributes['xmlurl'] === undefined ? undefined : '');
};

/** The title of an outline, on one line; empty if it has none. */
const titleIn = (attributes: Attributes): string => {
  const titles = [attributes['text'], attributes['title']].map((title) => plainLine(title ?? '', 'text'));
  return (titles.find((title) => title !== '') ?? '').slice(0, LONGEST_TITLE);
};

const outlinesOf = (text: string, name: string): readonly Outline[] => {
  const outlines: Outline[] = [];
  let root: string | undefined;
  let depth = 0;
  let closed = false as boolean;
  const parser: Parser = new Parser(
    {
      onopentag: (tag, attributes) => {
        root ??= localName(tag);
        depth++;
        if (root !== 'opml') throw noOpml(name, `it begins with <${excerpt(root)}>`);
        if (depth > DEEPEST) throw noOpml(name, `its outlines are more than ${DEEPEST} deep`);
        const xmlUrl = addressIn(attributes);
        if (localName(tag) === 'outline' && xmlUrl !== undefined)
          outlines.push({ xmlUrl, title: titleIn(attributes), index: parser.startIndex });
      },
      onclosetag: (tag, implied) => {
        depth--;
        if (localName(tag) === 'opml') closed = !implied;
      },
    },
    { xmlMode: true, decodeEntities: true, lowerCaseTags: true, lowerCaseAttributeNames: true },
  );
  parser.end(text);
  if (root === undefined) throw noOpml(name, 'there is no element in it');
  // An incomplete list would be polled as if it were complete.
  if (!closed) throw noOpml(name, 'it breaks off before </opml>');
  return outlines;
};

/** `example.org/feed`, without a scheme; but not `feed.xml`, which is relative to an address that nobody knows. */
const WITHOUT_SCHEME =
  /^(?![^/?]*\.(?:xml|rss|atom|rdf|json|php|aspx?|html?)(?:[/?]|$))[a-z\d-]+(?:\.[a-z\d-]+)*\.[a-z]{2,}(?::\d+)?(?:[/?]|$)/i;

/** The address as it is requested. */
const addressOf = (written: string): string =>
  WITHOUT_SCHEME.test(written) ? `https://${written}` : requestable(written);

/** What an address should have been; undefined if it can be polled. */
const fault = (xmlUrl: string, list: Location): string | undefined => {
  const url = parsedUrl(xmlUrl);
  if (url === undefined) return 'an address';
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'an address of http or https';
  // The user named the list, but not the private addresses in it.
  if (list.kind === 'http' && !isNamedPrivate(list.url) && isNamedPrivate(url))
    return 'no address of a private network, since the list comes from outside';
  return undefined;
};

const readText = async (
  location: Location,
  options: Parameters<typeof openBody>[1],
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> => {
  const { name } = location;
  const collector = new ByteCollector(maxBytes);
  try {
    for await (const chunk of await openBody(location, options, emptyMemory(), signal)) {
      if (!collector.take(chunk as Buffer))
        throw new HeadwaterError('HW_OVERFLOW', `${name} is longer than ${maxBytes} bytes. Allow more by maxBytes.`, {
          where: name,
        });
    }
  } catch (error) {
    throw bodyError(location, error, `${collector.length} bytes`);
  }
  return decodeFeed(collector.bytes(), undefined).text;
};

/**
 * Emits the addresses of the feeds in an OPML file, the export format of feed readers. Each address is emitted once, in
 * the order of the file. Feeds in folders are included.
 *
 * ```
 * opml    [ a, b/[ c, a ] ]
 * result  -(abc|)
 * ```
 *
 * An address without a scheme is https; `feed:`, `itpc:` and `pcast:` are http. An outline of a feed that has no
 * `xmlUrl` has its address in `url`, or the address of its site in `htmlUrl`. A list from a public server may not name
 * private network addresses.
 *
 * Errors: `HW_FEED` if the file is not OPML, or breaks off; `HW_OVERFLOW` over `maxBytes`; `HW_REJECTIONS` for an
 * address that cannot be polled, if there is no `rejections` (otherwise it is a `Rejection` with reason `item`);
 * `HW_PATH`, `HW_ENCODING` and `HW_HTTP_…` as in `fetchCsv`.
 *
 * @param source a path, or an address: http, https or file
 * @throws HeadwaterError `HW_USAGE` for an invalid source or option
 *
 * @example
 * ```ts
 * import { mkdtemp, writeFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readOpml } from 'headwater';
 * import { lastValueFrom, toArray } from 'rxjs';
 *
 * const path = join(await mkdtemp(join(tmpdir(), 'headwater-')), 'feeds.opml');
 * await writeFile(
 *   path,
 *   '<opml version="2.0"><body><outline text="News"><outline type="rss" xmlUrl="https://example.org/feed"/></outline></body></opml>',
 * );
 * console.log(await lastValueFrom(readOpml(path).pipe(toArray()))); // ['https://example.org/feed']
 * ```
 */
export const readOpml = (source: string | URL, options: ReadOpmlOptions = {}): Observable<string> => {
  checkOptions('readOpml', options, 'source, { maxBytes: 1_000_000 }');
  const location = locate(source);
  const opening = openedOnce(options);
  const maxBytes = requireNumber('maxBytes', options.maxBytes, 10_485_760, 1);
  const reject = rejecting(options.rejections);
  return new Observable((subscriber) => {
    const abort = new AbortController();
    subscriber.add(() => abort.abort());
    readText(location, opening, maxBytes, abort.signal)
      .then((text) => {
        const seen = new Set<string>();
        const lines = new LineCount(text);
        outlinesOf(text, location.name).forEach(({ xmlUrl, title, index }, id) => {
          if (subscriber.closed) return;
          const address = addressOf(xmlUrl);
          const expected = fault(address, location);
          if (expected !== undefined) {
            reject({
              type: 'rejection',
              reason: 'item',
              id,
              source: location.name,
              ...lines.at(index),
              field: 'xmlUrl',
              expected,
              got: shortened(withoutSecrets(xmlUrl)),
            });
          } else if (!seen.has(new URL(address).href)) {
            seen.add(new URL(address).href);
            if (title !== '') options.titles?.next({ address, title });
            subscriber.next(address);
          }
        });
        subscriber.complete();
      })
      .catch((error: unknown) => subscriber.error(error));
  });
};
