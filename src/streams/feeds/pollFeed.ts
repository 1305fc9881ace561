import { UNTITLED } from './parsing/FeedDocument.js';
import { checkTypes, isNumber, optionText } from '../../contracts/checkOption.js';
import { asyncScheduler, defer, isObservable, map, type Observable, of } from 'rxjs';
import { checkArgument } from '../../contracts/checkArgument.js';
import { HeadwaterError } from '../../contracts/HeadwaterError.js';
import type { LiveHeadline, SourceEvents } from '../../contracts/live/Live.js';
import { random } from '../../contracts/random.js';
import type { DeadLetter } from '../../contracts/rows/Rejection.js';
import { backoff, type BackoffOptions } from '../pacing/backoff.js';
import { checkBodyOptions, type BodyOptions } from '../bodies/http/connection/BodyOptions.js';
import { locate } from '../bodies/locate.js';
import type { Pacing } from '../pacing/Pacing.js';
import { requireNumber } from '../internal/requireNumber.js';
import { requirePacing } from '../pacing/internal/requirePacing.js';
import { requireTime } from '../internal/requireTime.js';
import type { Untitled } from './parsing/FeedDocument.js';
import { feedMemory, type FeedMemory } from './polling/FeedMemory.js';
import { pollFeeds, type GivenFeed } from './polling/pollFeeds.js';
import { userAgent } from './polling/userAgent.js';
import { webExchange } from './polling/webExchange.js';

/** Options of `pollFeed`. */
export interface PollFeedOptions extends BodyOptions, Pacing {
  /** Read each feed once, then complete. Default false. */
  readonly once?: boolean | undefined;
  /**
   * The time between a reading of a feed and the next request for it. The feed can ask for a longer interval.
   * Milliseconds, at least 60,000; default 900,000.
   */
  readonly intervalMs?: number | undefined;
  /**
   * Allow an interval under a minute, and keep it whatever the feed's `ttl` or `max-age` says. `Retry-After`, 429 and
   * 410 are still obeyed. For your own servers. Default false.
   */
  readonly insist?: boolean | undefined;
  /**
   * The largest share by which an interval is lengthened at random, so that feeds are not all requested at the same
   * moment. Between 0 and 1; default 0.1.
   */
  readonly jitter?: number | undefined;
  /**
   * The wait after a failure: a minute, plus a random time of at most `initialMs`. This maximum doubles with each
   * failure in a row, up to `maxMs`. Defaults 60,000 and 3,600,000 ms.
   */
  readonly backoff?: BackoffOptions | undefined;
  /**
   * The longest time for one request, from its start to the last byte of the response. Milliseconds; default 60,000.
   */
  readonly totalTimeout?: number | undefined;
  /** The largest size of a feed after decompression. Bytes; default 10,485,760. */
  readonly maxBytes?: number | undefined;
  /** The number of feeds that are requested, or whose items are emitted, at the same time. Default 8. */
  readonly concurrency?: number | undefined;
  /** Allow private network addresses that a redirect, a page or a public name leads to. Default false. */
  readonly allowPrivate?: boolean | undefined;
  /** If the address returns an HTML page, look for the feed that it names (`<link rel="alternate">`). Default true. */
  readonly discover?: boolean | undefined;
  /**
   * What happens to an item without a title, such as a short message. `reject`: it is rejected. `first-words`: the
   * first words of its text become its title. Default `reject`.
   */
  readonly untitled?: Untitled | undefined;
  /**
   * How server operators can reach you: a web or mail address, sent in the User-Agent. Default: the homepage of this
   * package, if it has one.
   */
  readonly contact?: string | undefined;
  /**
   * Receives the items that cannot be read. Default: none, and the first such item ends the stream with
   * `HW_REJECTIONS`.
   */
  readonly rejections?: DeadLetter | undefined;
  /**
   * Receives the events of each feed: read, unchanged, failed (with the time of the next attempt), moved. An error that
   * it throws ends the stream. Default: none.
   */
  readonly events?: SourceEvents | undefined;
  /**
   * What is remembered of the feeds from earlier readings; it is kept up to date. Default: an empty memory for each
   * subscription.
   */
  readonly memory?: FeedMemory | undefined;
  /**
   * Whether each headline carries a `delivery`. If true, a feed is remembered as read once all of its headlines are
   * settled; if false, once all have been emitted. A server does not send a feed again that is remembered as read and
   * has not changed. Default false.
   */
  readonly deliveries?: boolean | undefined;
  /** The seed of the random jitter and backoff. Any whole number; default: the time of subscribing. */
  readonly seed?: number | undefined;
}

const MINUTE = 60_000;

const requireShare = (name: string, value: number): number => {
  if (isNumber(value) && value >= 0 && value <= 1) return value;
  throw new HeadwaterError('HW_USAGE', `${name} must be between 0 and 1, not ${optionText(value)}.`);
};

/** The feeds by address, each once. */
const givenFeeds = (list: readonly (string | URL)[]): readonly GivenFeed[] => {
  checkArgument('pollFeed', 'urls', list, 'an address, or a list of addresses', [Symbol.iterator]);
  const feeds = new Map<string, GivenFeed>();
  for (const given of list) {
    const location = locate(given);
    if (location.kind === 'file')
      throw new HeadwaterError(
        'HW_USAGE',
        `${location.name} is a path, and feeds are polled over http and ` +
          'https. Give an address such as https://example.org/feed.',
        { where: location.name },
      );
    // The fragment is not sent to the server: two addresses that differ only in the fragment are one feed.
    const { url, authorization } = location;
    url.hash = '';
    feeds.set(`${url.href} ${authorization['authorization'] ?? ''}`, { url, authorization, name: url.href });
  }
  return [...feeds.values()];
};

/** The lists of feeds of the argument `urls`. */
const feedLists = (urls: Parameters<typeof pollFeed>[0]): Observable<readonly GivenFeed[]> => {
  if (isObservable(urls)) return urls.pipe(map(givenFeeds));
  if (typeof urls !== 'string') checkArgument('pollFeed', 'urls', urls, 'an address, or a list of addresses');
  const feeds = givenFeeds(typeof urls === 'string' || urls instanceof URL ? [urls] : urls);
  if (feeds.length === 0) throw new HeadwaterError('HW_USAGE', 'There is no feed to poll. Give at least one address.');
  return of(feeds);
};

/**
 * Polls feeds, and emits their headlines.
 *
 * ```marbles drawn
 * requests:  q-----q-----q-----q----
 * answers:   -a-----u-----f-----b---      a: items 1 and 2;  u: unchanged;  f: failed;  b: items 2 and 3
 *            pollFeed(url)
 * result:    -(12)--------------(23)      dedupe drops the second 2
 * ```
 *
 * Formats: RSS 0.9x to 2.0, RDF, Atom, JSON Feed and sitemaps for news. All items of a response are emitted, from the
 * last to the first, because feeds list the newest first; if the dates of a feed rise, from the first to the last.
 * Whenever a feed has changed, its earlier items are emitted again: put `dedupe` after `pollFeed`. The stream never
 * completes, unless `once` is set or every feed is permanently gone (410).
 *
 * **Polite.** One request per host at a time, with a User-Agent that has a contact. `ETag` and `Last-Modified` are sent
 * back unchanged (conditional GET), so a feed that has not changed costs a few bytes. Once a day a feed is requested
 * without them, because some servers answer 304 whatever they publish. A feed is requested again after
 * `intervalMs`, or later if its `ttl`, `sy:updatePeriod` or `max-age` says so (a day at most). It is never requested
 * within a minute unless you set `insist`. `Retry-After` is obeyed; with a 429 it applies to all feeds of that host.
 * After failures the wait grows by exponential backoff with full jitter. A feed that has moved permanently is requested
 * at its new address; if that fails, at the old one again. Nothing is requested while the valve is closed.
 *
 * **Safe.** Only http and https. A private network address is requested only if you name it yourself (by number, or by
 * a name that no public server has: `localhost`, `nas`, `nas.local`). If a redirect, a page or a public name leads to
 * one, it is refused at the moment of connecting, unless `allowPrivate` is set. Limits: `maxBytes` after decompression,
 * `headersTimeout`, `bodyTimeout` and `totalTimeout`, `maxRedirects`. Declared entities are bounded; none is fetched.
 *
 * If none of the items of the last reading is in a feed any more, `events` receives a `gap`: the feed may have had
 * headlines in between that were never read. This also works across a restart if the `memory` is kept.
 *
 * **Forgiving.** The readable items of a malformed feed are emitted. Each unreadable item is a rejection with reason
 * `item`, reported once while it stays in the feed. Of a feed that breaks off, the items before the break are emitted.
 * The encoding is detected from the bytes, whatever the feed declares. If a page names several feeds, they are tried in
 * turn.
 *
 * A failing feed never ends the stream: `events` receives the failure, and the feed is tried again. Codes: `HW_HTTP_…`,
 * `HW_ENCODING`, `HW_FEED` (not a feed), `HW_OVERFLOW` (over `maxBytes`) or `HW_ADDRESS`. Errors that end the stream:
 * `HW_REJECTIONS` if there is no `rejections`, and any error that `rejections` or `events` throws.
 *
 * Memory: the bodies of at most `concurrency` feeds. Items are emitted synchronously, for at most `yieldAfter` ms
 * without a pause.
 *
 * @param urls one address or several; an address given twice is polled once. If it is an Observable of lists, a feed
 *   that a new list lacks is left, a feed that is new in it is polled, and the others go on; an invalid address in a
 *   list ends the stream with `HW_USAGE`
 * @throws HeadwaterError `HW_USAGE` for an invalid address or option
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import type { AddressInfo } from 'node:net';
 * import { pollFeed } from 'headwater';
 * import { lastValueFrom, map, toArray } from 'rxjs';
 *
 * const rss =
 *   '<rss version="2.0"><channel><item><title>Late goal</title></item>' +
 *   '<item><title>Rain, then sun</title></item></channel></rss>';
 * const server = createServer((_request, response) => response.end(rss)).listen(0, '127.0.0.1', async () => {
 *   const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed`;
 *   const titles = await lastValueFrom(
 *     pollFeed(address, { once: true }).pipe(
 *       map(({ title }) => title),
 *       toArray(),
 *     ),
 *   );
 *   console.log(titles); // ['Rain, then sun', 'Late goal']
 *   server.close();
 * });
 * ```
 */
export const pollFeed = (
  urls: string | URL | readonly (string | URL)[] | Observable<readonly (string | URL)[]>,
  options: PollFeedOptions = {},
): Observable<LiveHeadline> => {
  const list$ = feedLists(urls);
  checkTypes('pollFeed', options, {
    insist: 'boolean',
    once: 'boolean',
    allowPrivate: 'boolean',
    discover: 'boolean',
    deliveries: 'boolean',
    contact: 'string',
    seed: 'number',
    untitled: UNTITLED,
  });
  const { insist = false, scheduler = asyncScheduler, once = false, allowPrivate = false, discover = true } = options;
  const { headersTimeout, bodyTimeout, maxRedirects, headers } = checkBodyOptions(options);
  requirePacing(options);
  const floorMs = insist ? 0 : MINUTE;
  const intervalMs = requireNumber('intervalMs', options.intervalMs, 15 * MINUTE, 1);
  if (intervalMs < floorMs)
    throw new HeadwaterError(
      'HW_USAGE',
      `intervalMs must be at least ${MINUTE} ms, not ${intervalMs}: the operator of the ` +
        'feed pays for every request. Pass insist for a server of your own.',
    );
  const waits = {
    initialMs: options.backoff?.initialMs ?? MINUTE,
    maxMs: options.backoff?.maxMs ?? Math.max(60 * MINUTE, options.backoff?.initialMs ?? 0),
  };
  backoff({ ...waits, random: () => 0 });
  const exchange = webExchange({
    timeouts: { headersTimeout, bodyTimeout },
    maxBytes: requireNumber('maxBytes', options.maxBytes, 10_485_760, 1),
    userAgent: userAgent(options.contact),
    headers,
  });
  const fixed = {
    once,
    insist,
    floorMs,
    intervalMs,
    maxRedirects,
    allowPrivate,
    discover,
    untitled: options.untitled ?? 'reject',
    jitter: requireShare('jitter', options.jitter ?? 0.1),
    concurrency: requireNumber('concurrency', options.concurrency, 8, 1),
    totalTimeout: requireTime('totalTimeout', options.totalTimeout, MINUTE),
    pacing: { valve: options.valve, yieldAfter: options.yieldAfter, scheduler },
    rejections: options.rejections,
    events: options.events,
  };
  return defer(() => {
    const dice = random(options.seed ?? scheduler.now(), 'jitter');
    return pollFeeds(list$, exchange, {
      ...fixed,
      random: dice,
      backoff: backoff({ ...waits, random: () => dice.uniform() }),
      memory: options.memory ?? feedMemory(),
      deliveries: options.deliveries ?? false,
    });
  });
};
